// What is said outside the window: once, about what is new, never in quiet hours, and gone when it was read elsewhere.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChannelId } from '../../src/core/ids.ts';
import {
  GATHER_MS,
  isQuiet,
  NAMED_MAX,
  openNotifications,
  QUIET_LOOK_MS,
  SINGLE_MAX,
  type Notice,
} from '../../src/main/notifications.ts';
import type { NotificationSettings, QuietHours, WaitingChat } from '../../src/preload/contract.ts';

const id = (name: string) => name as ChannelId;
const chat = (name: string, newestSeq: number, more: Partial<WaitingChat> = {}): WaitingChat => ({
  channelId: id(name),
  place: `/class/x/chat/${name}`,
  unread: 1,
  mentions: 0,
  newestSeq,
  title: `7А · ${name}`,
  who: 'Белов Илья',
  text: '',
  ...more,
});
const NEVER: QuietHours = { isOn: false, fromMinute: 0, toMinute: 0, days: [] };
// Thursday, 12 November 2026, by this computer's clock.
const at = (hours: number, minutes = 0, day = 12) => new Date(2026, 10, day, hours, minutes).getTime();

function staged(settings: Partial<NotificationSettings> = {}) {
  const shown: (Notice & { isClosed: boolean })[] = [];
  const heard = { badge: 0, isFlashing: false, isFocused: false, places: [] as string[] };
  const chosen: NotificationSettings = { isOn: true, showText: false, quiet: NEVER, ...settings };
  const notifications = openNotifications({
    show(notice) {
      const one = { ...notice, isClosed: false };
      shown.push(one);
      return { close: () => void (one.isClosed = true) };
    },
    badge: (count) => void (heard.badge = count),
    flash: (isOn) => void (heard.isFlashing = isOn),
    isFocused: () => heard.isFocused,
    open: (place) => void heard.places.push(place),
    settings: () => chosen,
    language: () => 'ru',
  });
  const tell = (...chats: WaitingChat[]) => {
    notifications.update(chats, null);
    vi.advanceTimersByTime(GATHER_MS);
  };
  const open = () => shown.filter((one) => !one.isClosed).map((one) => `${one.title}: ${one.body}`);
  return { notifications, shown, heard, chosen, tell, open };
}

beforeEach(() => void vi.useFakeTimers({ now: at(14) }));
afterEach(() => void vi.useRealTimers());

describe('a notification', () => {
  it('says who and in which chat, not what; what was there when the app began says nothing', () => {
    const { tell, open, heard } = staged();
    tell(chat('чат', 5, { text: 'секрет' }));
    expect(open()).toEqual([]);
    expect(heard.badge).toBe(1);
    tell(chat('чат', 5, { text: 'секрет' }));
    expect(open()).toEqual([]);
    tell(chat('чат', 6, { unread: 2, text: 'секрет' }));
    expect(open()).toEqual(['7А · чат: 2 новых сообщения. Белов Илья']);
  });

  it('shows the text where the teacher wants it', () => {
    const { tell, open } = staged({ showText: true });
    tell();
    tell(chat('чат', 1, { text: 'Здравствуйте' }));
    expect(open()).toEqual(['7А · чат: Белов Илья: Здравствуйте']);
  });

  it('is one per chat: what comes together is told together, and a later one takes the place of the first', () => {
    const { tell, open, shown, notifications } = staged();
    tell();
    notifications.update([chat('чат', 1)], null);
    notifications.update([chat('чат', 2, { unread: 2 })], null);
    vi.advanceTimersByTime(GATHER_MS);
    expect(shown).toHaveLength(1);
    tell(chat('чат', 3, { unread: 3 }));
    expect(shown).toHaveLength(2);
    expect(open()).toEqual(['7А · чат: 3 новых сообщения. Белов Илья']);
  });

  it('of more chats than can be named one by one is one for all', () => {
    const { tell, open, shown } = staged();
    tell();
    const many = Array.from({ length: SINGLE_MAX + 2 }, (_, n) => chat(`чат ${n}`, 1));
    tell(...many);
    expect(shown).toHaveLength(1);
    expect(open()[0]).toMatch(/^5 новых сообщений: 7А · чат 0\n7А · чат 1\n7А · чат 2\nи ещё 2 чата$/);
    expect(open()[0]!.split('\n')).toHaveLength(NAMED_MAX + 1);
  });

  it('goes when the chat is read elsewhere, and is not shown for what was read before it could be', () => {
    const { tell, open, notifications, shown } = staged();
    tell();
    tell(chat('чат', 1));
    notifications.update([], null);
    expect(open()).toEqual([]);
    notifications.update([chat('чат', 2)], null);
    notifications.update([], null);
    vi.advanceTimersByTime(GATHER_MS);
    expect(shown).toHaveLength(1);
  });

  it('is not shown of the chat on the screen while the window has the keyboard, and is while it has not', () => {
    const { notifications, open, heard } = staged();
    notifications.update([], null);
    heard.isFocused = true;
    notifications.update([chat('чат', 1)], id('чат'));
    vi.advanceTimersByTime(GATHER_MS);
    expect(open()).toEqual([]);
    notifications.update([chat('чат', 1), chat('другой', 1)], id('чат'));
    vi.advanceTimersByTime(GATHER_MS);
    expect(open()).toEqual(['7А · другой: Белов Илья']);
    heard.isFocused = false;
    notifications.update([chat('чат', 2)], id('чат'));
    vi.advanceTimersByTime(GATHER_MS);
    expect(open()).toEqual(['7А · чат: Белов Илья']);
    heard.isFocused = true;
    notifications.focusChanged();
    expect(open()).toEqual([]);
  });

  it('of a mention is urgent and lights up the taskbar until the window is looked at', () => {
    const { tell, shown, heard, notifications } = staged();
    tell();
    tell(chat('чат', 1));
    expect([shown.at(-1)!.isUrgent, heard.isFlashing]).toEqual([false, false]);
    tell(chat('чат', 2, { mentions: 1 }));
    expect([shown.at(-1)!.isUrgent, heard.isFlashing]).toEqual([true, true]);
    heard.isFocused = true;
    notifications.focusChanged();
    expect(heard.isFlashing).toBe(false);
  });

  it('opens its place when pressed, and is gone then', () => {
    const { tell, shown, heard, open } = staged();
    tell();
    tell(chat('чат', 1));
    shown[0]!.onPress();
    expect(heard.places).toEqual(['/class/x/chat/чат']);
    expect(open()).toEqual([]);
  });

  it('is not shown while switched off, nor for that time afterwards', () => {
    const { tell, shown, chosen } = staged({ isOn: false });
    tell();
    tell(chat('чат', 1));
    chosen.isOn = true;
    tell(chat('чат', 1));
    expect(shown).toEqual([]);
    tell(chat('чат', 2));
    expect(shown).toHaveLength(1);
  });
});

describe('quiet hours', () => {
  const NIGHT: QuietHours = { isOn: true, fromMinute: 21 * 60, toMinute: 7 * 60, days: [0, 1, 2, 3, 4, 5, 6] };

  it('hold everything, mentions too, and end with one word for all that is still unread', () => {
    vi.setSystemTime(at(22));
    const { tell, shown, open, heard } = staged({ quiet: NIGHT });
    tell();
    tell(chat('один', 1, { mentions: 1 }), chat('два', 1), chat('прочитан', 1));
    tell(chat('один', 2, { unread: 4, mentions: 1 }), chat('два', 1));
    expect(shown).toEqual([]);
    expect(heard).toMatchObject({ isFlashing: false, badge: 5 });
    vi.setSystemTime(at(7, 1, 13));
    vi.advanceTimersByTime(QUIET_LOOK_MS);
    expect(open()).toEqual(['5 новых сообщений: 7А · один\n7А · два']);
    vi.advanceTimersByTime(10 * QUIET_LOOK_MS);
    expect(shown).toHaveLength(1);
  });

  it('a chat that came alone in them is named when they end', () => {
    vi.setSystemTime(at(23));
    const { tell, open } = staged({ quiet: NIGHT });
    tell();
    tell(chat('один', 1));
    vi.setSystemTime(at(8, 0, 13));
    vi.advanceTimersByTime(QUIET_LOOK_MS);
    expect(open()).toEqual(['7А · один: Белов Илья']);
  });

  it.each<[string, Partial<QuietHours>, number, boolean]>([
    ['in the evening', {}, at(21), true],
    ['a minute before', {}, at(20, 59), false],
    ['after midnight', {}, at(6, 59), true],
    ['when they end', {}, at(7), false],
    ['a night that begins on a day chosen', { days: [4] }, at(3, 0, 13), true],
    ['a night that began on a day not chosen', { days: [5] }, at(3, 0, 13), false],
    ['within one day', { fromMinute: 8 * 60, toMinute: 15 * 60, days: [4] }, at(14), true],
    ['after it', { fromMinute: 8 * 60, toMinute: 15 * 60, days: [4] }, at(15), false],
    ['the whole day', { fromMinute: 0, toMinute: 0, days: [4] }, at(12), true],
    ['the whole of another day', { fromMinute: 0, toMinute: 0, days: [0] }, at(12), false],
    ['switched off', { isOn: false }, at(22), false],
  ])('%s', (_name, part, moment, expected) => {
    expect(isQuiet({ ...NIGHT, ...part }, moment)).toBe(expected);
  });
});
