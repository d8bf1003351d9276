/**
 * A saved chat as one page that needs nothing but a browser: no script, no address outside of its folder, light and dark, good to
 * print. Pure; makes text by pieces, so that a chat of any length fits. Everything that people wrote is escaped here and nowhere
 * else: what `markup` makes is markup, every other string is text.
 */
import type { MessageView } from '../../../client/class-store.ts';
import type { Classroom } from '../../../core/classroom.ts';
import type { CommandId, MemberId } from '../../../core/ids.ts';
import type { FileRef, Reaction } from '../../../core/wire.ts';
import { formatDay, formatSize, formatTime } from '../../../ui/format.ts';
import type { Language } from '../../../ui/language.tsx';
import { parseRichText, type Block, type Inline, type ListItem } from '../../../ui/rich-text.ts';
import type { Texts } from '../../texts/texts.ts';

class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Part = string | number | Markup | null | false | readonly Part[];

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
const written = (part: Part): string =>
  part === null || part === false
    ? ''
    : part instanceof Markup
      ? part.text
      : typeof part === 'object'
        ? part.map(written).join('')
        : escaped(String(part));
/** Markup from a template; what is put into it is escaped unless it is markup itself. */
const markup = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(texts.map((text, at) => text + written(parts[at] ?? null)).join(''));

/** White space is the browser's to fold, so a line's end must be said. */
const lines = (text: string): Part[] =>
  text.split('\n').flatMap((line, at) => (at === 0 ? line : [markup`<br>`, line]));

const REACTION_SIGNS: Record<Reaction, string> = {
  like: '👍',
  heart: '❤️',
  laugh: '😄',
  wow: '😮',
  sad: '😔',
  thanks: '🙏',
  done: '✅',
  question: '❓',
};

export interface ExportedChat {
  t: Texts;
  language: Language;
  classroom: Classroom;
  /** Of the class, and of the chat. */
  title: string;
  chat: string;
  now: number;
  /** Where a file lies beside the page; null where it could not be had, or was not asked for. */
  pathOf(file: FileRef): string | null;
  /** A formula as MathML; null where it cannot be drawn. */
  formula(source: string, isDisplay: boolean): string | null;
}

export class ExportPage {
  readonly #chat: ExportedChat;
  /** What a reply may answer, by id. */
  readonly #said = new Map<CommandId, { name: string; line: string }>();
  #day = '';

  constructor(chat: ExportedChat) {
    this.#chat = chat;
  }

  head(count: number): string {
    const { t, language, title, chat, now } = this.#chat;
    const words = t.exporting.page;
    const heading = words.heading(title, chat);
    const saved = words.saved(`${formatDay(language, now, 0)}, ${formatTime(language, now)}`);
    const head = [
      markup`<!doctype html>\n<html lang="${language}">\n<head>\n<meta charset="utf-8">`,
      markup`<meta name="viewport" content="width=device-width, initial-scale=1">`,
      markup`<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
      markup`<meta name="referrer" content="no-referrer">\n<title>${heading}</title>`,
      markup`<style>${new Markup(STYLE)}</style>\n</head>\n<body>`,
      markup`<header><h1>${heading}</h1><p>${words.count(count)}. ${saved}.</p></header>\n<main>`,
    ];
    return `${head.map(written).join('\n')}\n`;
  }

  /** A piece of the chat, in its order. */
  messages(messages: readonly MessageView[]): string {
    return messages.map((message) => this.#message(message).text).join('');
  }

  tail(): string {
    return '</main>\n</body>\n</html>\n';
  }

  #name(memberId: MemberId | null): string {
    const member = memberId === null ? undefined : this.#chat.classroom.members[memberId];
    return member?.name ?? this.#chat.t.exporting.page.somebody;
  }

  #names = (memberIds: readonly MemberId[]) => memberIds.map((memberId) => this.#name(memberId)).join(', ');

  #message(message: MessageView): Markup {
    const { t, language } = this.#chat;
    const words = t.exporting.page;
    const name = this.#name(message.by);
    const day = formatDay(language, message.at, 0);
    const isNewDay = day !== this.#day;
    this.#day = day;
    const answered = message.replyTo === null ? undefined : this.#said.get(message.replyTo);
    const line = message.text.replace(/\s+/g, ' ').trim().slice(0, 120);
    this.#said.set(message.id, { name, line: message.isRemoved ? words.removed : line });
    const inside = message.isRemoved ? markup`<p class="gone">${words.removed}</p>` : this.#inside(message, answered);
    const head = markup`<b>${name}</b> <time datetime="${new Date(message.at).toISOString()}">${formatTime(language, message.at)}</time>`;
    const edited = message.isEdited && !message.isRemoved && markup` <small>${words.edited}</small>`;
    const article = markup`<article id="${message.id}"><header>${head}${edited}</header>${inside}</article>\n`;
    return isNewDay ? markup`<h2>${day}</h2>\n${article}` : article;
  }

  #inside(message: MessageView, answered: { name: string; line: string } | undefined): Markup {
    const words = this.#chat.t.exporting.page;
    const { replyTo, forward, notice, files } = message;
    const signedBy = notice?.signedBy.map((one) => one.memberId) ?? [];
    const note = (text: string) => markup`<p class="note">${text}</p>`;
    const reply = (to: CommandId) => {
      const whom = words.replyTo(answered?.name ?? words.somebody);
      return markup`<blockquote><a href="#${to}">${whom}</a> ${answered?.line ?? ''}</blockquote>`;
    };
    return markup`${[
      forward && note(words.forwarded(this.#name(forward.by))),
      replyTo !== null && reply(replyTo),
      notice && note(words.notice),
      this.#text(message),
      this.#poll(message),
      this.#card(message),
      files.map((file) => this.#file(file)),
      this.#reactions(message),
      signedBy.length > 0 && note(words.signed(this.#names(signedBy))),
    ]}`;
  }

  #text({ text, mentions }: MessageView): Markup | null {
    if (text.trim() === '') return null;
    const { members } = this.#chat.classroom;
    const people = mentions.flatMap((memberId) => {
      const member = members[memberId];
      return member ? [{ memberId, name: member.name }] : [];
    });
    return markup`${parseRichText(text, people).map((block) => this.#block(block))}`;
  }

  #block(block: Block): Markup {
    switch (block.kind) {
      case 'paragraph':
        return markup`<p>${block.children.map((one) => this.#inline(one))}</p>`;
      case 'list':
        return markup`<ul>${block.items.map((item) => this.#item(item))}</ul>`;
      case 'code':
        return markup`<pre><code>${block.text}</code></pre>`;
      case 'formula':
        return markup`<p>${this.#formula(block.text, true)}</p>`;
    }
  }

  #item({ depth, marker, children }: ListItem): Markup {
    return markup`<li class="d${depth}"><span>${marker}</span> ${children.map((one) => this.#inline(one))}</li>`;
  }

  #inline(inline: Inline): Markup {
    switch (inline.kind) {
      case 'text':
        return markup`${lines(inline.text)}`;
      case 'code':
        return markup`<code>${inline.text}</code>`;
      case 'formula':
        return this.#formula(inline.text, false);
      case 'strong':
        return markup`<strong>${inline.children.map((one) => this.#inline(one))}</strong>`;
      case 'emphasis':
        return markup`<em>${inline.children.map((one) => this.#inline(one))}</em>`;
      case 'mention':
        return markup`<b>${inline.text}</b>`;
      case 'link': {
        const host = inline.host !== null && ` (${inline.host})`;
        return markup`<a href="${inline.href}" rel="noreferrer">${inline.text}</a>${host}`;
      }
    }
  }

  #formula(source: string, isDisplay: boolean): Markup {
    const drawn = this.#chat.formula(source, isDisplay);
    return drawn === null ? markup`<code>${source}</code>` : new Markup(drawn);
  }

  #poll({ poll }: MessageView): Markup | null {
    if (!poll) return null;
    const words = this.#chat.t.exporting.page;
    const option = (text: string, votes: readonly MemberId[]) => {
      const who = votes.length > 0 && markup` <small>(${this.#names(votes)})</small>`;
      return markup`<li>${text}: ${words.votes(votes.length)}${who}</li>`;
    };
    const options = poll.options.map((text, at) => option(text, poll.votes[at] ?? []));
    return markup`<p class="note">${words.poll}</p><ul>${options}</ul>`;
  }

  #card({ assignmentId }: MessageView): Markup | null {
    if (assignmentId === null) return null;
    const title = this.#chat.classroom.assignments[assignmentId]?.title ?? '';
    return markup`<p class="card">${this.#chat.t.exporting.page.card(title)}</p>`;
  }

  #file(file: FileRef): Markup {
    const { language, t } = this.#chat;
    const path = this.#chat.pathOf(file);
    const about = markup`${file.name} <small>${formatSize(language, file.sizeBytes)}</small>`;
    if (path === null) return markup`<p class="file gone">${about} <small>${t.exporting.page.missing}</small></p>`;
    const [kind] = file.mediaType.split('/');
    const link = markup`<a href="${path}" download>${about}</a>`;
    // A picture that could run (SVG) is one more file.
    const isPicture = kind === 'image' && !file.mediaType.includes('svg');
    const shown = isPicture
      ? markup`<a href="${path}"><img src="${path}" alt="${file.name}" loading="lazy"></a>`
      : kind === 'audio'
        ? markup`<audio src="${path}" controls preload="none"></audio> ${link}`
        : kind === 'video'
          ? markup`<video src="${path}" controls preload="none"></video> ${link}`
          : link;
    return markup`<p class="file">${shown}</p>`;
  }

  #reactions({ reactions }: MessageView): Markup | null {
    const words = this.#chat.t.exporting.page.reactions;
    const given = Object.entries(reactions) as [Reaction, readonly MemberId[]][];
    if (given.length === 0) return null;
    const shown = given.map(([reaction, by]) => {
      const sign = markup`<span aria-hidden="true">${REACTION_SIGNS[reaction]}</span>`;
      return markup`<span title="${`${words[reaction]}: ${this.#names(by)}`}">${sign} ${by.length}</span>`;
    });
    return markup`<p class="reactions">${shown}</p>`;
  }
}

/** Nothing on the page runs or calls anywhere, whatever stands in it. */
const POLICY = "script-src 'none'; object-src 'none'; connect-src 'none'; frame-src 'none'; form-action 'none'";

const STYLE = `
:root{color-scheme:light dark;--page:#fff;--text:#1c2026;--dim:#5c6570;--soft:#f1f3f6;--line:#e0e4ea;--link:#2458a6}
@media (prefers-color-scheme:dark){:root{--page:#15181d;--text:#e6e8eb;--dim:#9aa3ad;--soft:#22272e;--line:#2c323a;--link:#8ab4f8}}
*{box-sizing:border-box}
body{max-width:46rem;margin:0 auto;padding:1.5rem 1rem 4rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{margin:0;font-size:1.5rem;line-height:1.25}
header p{margin:.25rem 0 0;color:var(--dim)}
h2{margin:2rem 0 .75rem;color:var(--dim);font-size:.875rem;font-weight:600;text-align:center}
article{margin:0 0 .5rem;padding:.5rem .75rem;border-radius:.5rem;background:var(--soft)}
article:target{outline:2px solid var(--link)}
article>header{font-size:.875rem}
time,small,.note,.gone{color:var(--dim);font-size:.8125rem}
p,ul,pre,blockquote{margin:.25rem 0}
ul{padding:0;list-style:none}
li.d1{margin-left:1.5rem}
li.d2{margin-left:3rem}
pre{padding:.5rem .75rem;border:1px solid var(--line);border-radius:.375rem;overflow-x:auto}
pre,code{font:.875rem/1.5 ui-monospace,monospace}
blockquote{padding-left:.625rem;border-left:3px solid var(--line);font-size:.875rem}
a{color:var(--link)}
.card{padding:.5rem .75rem;border:1px solid var(--line);border-radius:.375rem}
img,video{display:block;max-width:100%;max-height:30rem;border-radius:.375rem}
audio{width:min(24rem,100%)}
.reactions span[title]{display:inline-block;margin-right:.5rem;padding:0 .5rem;border:1px solid var(--line);border-radius:1rem;font-size:.875rem}
@media print{:root{--page:#fff;--text:#000;--dim:#444;--soft:#fff;--line:#999;--link:#000}body{max-width:none;padding:0;font-size:11pt}article{padding:.25rem 0;border-bottom:1px solid var(--line);border-radius:0;break-inside:avoid}h2{break-after:avoid}audio,video{display:none}}
`;
