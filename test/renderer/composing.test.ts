// What is being written: what is kept of it, what it becomes, how marks are put around a word, when "later" is.
import { describe, expect, it } from 'vitest';
import type { ChannelId, CommandId, FileId, MemberId } from '../../src/core/ids.ts';
import { MESSAGE_TEXT_MAX } from '../../src/core/limits.ts';
import { toggled } from '../../src/renderer/chat/composer/formatting.ts';
import { presets } from '../../src/renderer/chat/composer/sending-times.ts';
import {
  bodyOf,
  composingOf,
  isSendable,
  joined,
  kept,
  NEW_POLL,
  NOTHING_WRITTEN,
  type Composing,
} from '../../src/renderer/chat/composing.ts';
import { ALBUM_MAX, mediaOf } from '../../src/renderer/chat/message/media-kinds.ts';
import type { FileRef } from '../../src/core/wire.ts';

const written = (part: Partial<Composing>): Composing => ({ ...NOTHING_WRITTEN, ...part });
const channelId = 'c' as ChannelId;

describe('a draft', () => {
  it('[S13] of an older version is read as it was, with nothing in the newer fields', () => {
    const old = { text: 'да', files: [], replyTo: 'm' as CommandId, editing: null };
    expect(composingOf(old)).toEqual({ ...NOTHING_WRITTEN, ...old });
    expect(composingOf(null)).toEqual(NOTHING_WRITTEN);
  });

  it('is nothing only where nothing at all is written', () => {
    expect(kept(NOTHING_WRITTEN)).toBeNull();
    for (const part of [{ text: ' ' }, { poll: NEW_POLL }, { isNotice: true }, { assignmentId: 'a' as CommandId }])
      expect(kept(written(part))).toEqual(written(part));
  });

  it('goes out when it says something: a poll needs a question and two answers', () => {
    expect(isSendable(NOTHING_WRITTEN)).toBe(false);
    expect(isSendable(written({ text: ' \n' }))).toBe(false);
    expect(isSendable(written({ text: 'x'.repeat(MESSAGE_TEXT_MAX + 1) }))).toBe(false);
    expect(isSendable(written({ assignmentId: 'a' as CommandId }))).toBe(true);
    expect(isSendable(written({ text: 'Когда?', poll: { options: ['да', ' '], isMultiple: false } }))).toBe(false);
    expect(isSendable(written({ text: 'Когда?', poll: { options: ['да', ' ', 'нет'], isMultiple: false } }))).toBe(
      true,
    );
    expect(isSendable(written({ text: '', poll: { options: ['да', 'нет'], isMultiple: false } }))).toBe(false);
  });

  it('becomes a message without empty answers and without what it does not carry', () => {
    expect(bodyOf(written({ text: 'да \n' }), channelId, [])).toEqual({
      channelId,
      text: 'да',
      fileIds: [],
      replyTo: null,
    });
    const poll = { options: [' да ', '', 'нет'], isMultiple: true };
    const readers = [{ memberId: 'b' as MemberId, name: 'Белов Илья' }];
    expect(bodyOf(written({ text: '@Белов Илья?', poll, isNotice: true }), channelId, readers)).toMatchObject({
      poll: { options: ['да', 'нет'], isMultiple: true },
      isNotice: true,
      mentions: ['b'],
    });
  });

  it('that came back stands before what was written meanwhile', () => {
    const both = joined(written({ text: 'раз', isNotice: true }), written({ text: 'два', replyTo: 'm' as CommandId }));
    expect(both).toEqual(written({ text: 'раз\nдва', isNotice: true, replyTo: 'm' as CommandId }));
  });
});

describe('marks', () => {
  const after = (text: string, mark: string) => {
    // What is selected stands between bars.
    const start = text.indexOf('|');
    const end = text.lastIndexOf('|') - 1;
    const plain = text.replaceAll('|', '');
    const { from, to, insert, selectFrom, selectTo } = toggled(plain, start, end, mark);
    const now = plain.slice(0, from) + insert + plain.slice(to);
    return `${now.slice(0, selectFrom)}|${now.slice(selectFrom, selectTo)}|${now.slice(selectTo)}`;
  };
  it.each([
    ['|слово|', '**', '**|слово|**'],
    ['**|слово|**', '**', '|слово|'],
    ['|**слово**|', '**', '|слово|'],
    ['**|слово|**', '*', '***|слово|***'],
    ['***|слово|***', '*', '**|слово|**'],
    ['***|слово|***', '**', '*|слово|*'],
    ['*|слово|*', '**', '***|слово|***'],
    ['да | слово | нет', '*', 'да  *|слово|*  нет'],
    ['||', '`', '`||`'],
  ])('%j by %j is %j', (text, mark, wanted) => expect(after(text, mark)).toBe(wanted));
});

describe('later', () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
  it('is today while it is still to come, tomorrow, and next Monday, each hour once', () => {
    // 12 November 2026 is a Thursday.
    expect(presets(at(12, 14)).map((one) => one.at)).toEqual([at(12, 18), at(13, 8), at(16, 8)]);
    expect(presets(at(12, 18)).map(({ name }) => name)).toEqual(['tomorrow', 'monday']);
    expect(presets(at(15, 20)).map((one) => one.at)).toEqual([at(16, 8)]);
    expect(presets(at(16, 7)).map(({ name, at: hour }) => [name, hour])).toEqual([
      ['today', at(16, 18)],
      ['tomorrow', at(17, 8)],
      ['monday', at(23, 8)],
    ]);
  });
});

describe('files of a message', () => {
  const file = (name: string, sizeBytes = 10): FileRef =>
    ({ fileId: name as FileId, name, sizeBytes, sha256: 'a', mediaType: 'application/octet-stream' }) as FileRef;
  it('are albums, films, recordings and chips, by what the window can show', () => {
    const media = mediaOf(['a.jpg', 'b.mp4', 'c.weba', 'd.docx', 'e.PNG', 'f.mov', 'g.svg'].map((name) => file(name)));
    const names = (files: readonly FileRef[]) => files.map(({ name }) => name);
    expect(media.albums.map(names)).toEqual([['a.jpg', 'e.PNG']]);
    expect([media.videos, media.audios, media.others].map(names)).toEqual([
      ['b.mp4'],
      ['c.weba'],
      ['d.docx', 'f.mov', 'g.svg'],
    ]);
  });

  it(`an album holds ${ALBUM_MAX} photos; a picture too large to draw is a chip`, () => {
    const many = Array.from({ length: ALBUM_MAX + 2 }, (_, n) => file(`${n}.jpg`));
    expect(mediaOf(many).albums.map((album) => album.length)).toEqual([ALBUM_MAX, 2]);
    expect(mediaOf([file('a.jpg', 10 ** 9)]).others).toHaveLength(1);
  });
});
