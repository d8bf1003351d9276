/**
 * The wall: one tile per pupil of the list, by name or by seat, readable from three metres. Promises: every state is a word with a
 * sign, never a colour alone; tiles stay where they are whatever happens on them; projected, all are in sight and nothing private
 * stands on them. Hides: how tiles are seated by mouse and by keyboard.
 */
import { Button, Menu, SegmentedControl, VisuallyHidden } from '@mantine/core';
import {
  IconArmchair,
  IconCheck,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCloudOff,
  IconDownload,
  IconFileCheck,
  IconHandStop,
  IconPencil,
  IconReceipt,
  IconUpload,
  IconUserCheck,
  IconUsers,
} from '@tabler/icons-react';
import {
  useLayoutEffect,
  useRef,
  useState,
  type CSSProperties,
  type DragEvent,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { Link, useLocation } from 'wouter';
import type { LogId, MemberId } from '../../core/ids.ts';
import { formatTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useStore } from '../../ui/store.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import type { Place } from './lesson-now.ts';
import { besideBy, moved, seatsFor, seatsInOrder, SEATS_SIDE_MAX, sizeOf, type Seat } from './seats.ts';
import type { Lesson, Tile, TileState } from './wall-tiles.ts';
import classes from './Wall.module.css';

const ICONS: Record<TileState, typeof IconHandStop> = {
  help: IconHandStop,
  'handed-in': IconCircleCheckFilled,
  sending: IconUpload,
  getting: IconDownload,
  working: IconPencil,
  'has-files': IconFileCheck,
  here: IconUserCheck,
  away: IconCircleDashed,
  unknown: IconCloudOff,
};
const MINUTE_MS = 60_000;
/** What a tile carries while it is dragged to another seat. */
const DRAGGED = 'application/x-parta-seat';

/** Letters of a projected wall are made smaller by such steps, and never below this share of their size. */
const FIT_STEP_PERCENT = 5;
const FIT_MIN_PERCENT = 60;

const percentOf = (share: number) => Math.floor(share * 100);

export interface WallProps {
  logId: LogId;
  tiles: readonly Tile[];
  lesson: Lesson;
  place: Place;
  /** The hub's clock. */
  now: number;
  /** What is true now is known, not only what was handed in. */
  isKnown: boolean;
  /** It is looked at by the class. */
  isProjected: boolean;
}

export function Wall({ logId, tiles, lesson, place, now, isKnown, isProjected }: WallProps) {
  const t = useTexts();
  const [isArranging, setArranging] = useState(false);
  const section = useWholeInSight(isProjected);
  if (tiles.length === 0) {
    return (
      <EmptyState
        icon={IconUsers}
        title={t.wall.empty}
        actions={
          <Button component={Link} href={routes.classTab(logId, 'members')} variant="default">
            {t.wall.toMembers}
          </Button>
        }
      >
        {t.wall.emptyMore}
      </EmptyState>
    );
  }
  const isSeated = place.value.order === 'seat';
  const arranging = isSeated && isArranging && !isProjected;
  const tileOf = (tile: Tile) => <TileView tile={tile} now={now} isKnown={isKnown} isProjected={isProjected} />;
  const pressable = (tile: Tile) => (
    <PressedTile logId={logId} tile={tile} lesson={lesson}>
      {tileOf(tile)}
    </PressedTile>
  );
  return (
    <section
      ref={section}
      className={classes.section}
      aria-label={t.wall.title}
      data-projected={isProjected || undefined}
    >
      <div className={classes.head}>
        {isKnown ? <Sums tiles={tiles} /> : <span />}
        {!isProjected && (
          <div className={classes.tools}>
            <SegmentedControl
              size="xs"
              aria-label={t.wall.order}
              value={place.value.order}
              onChange={(order) => {
                setArranging(false);
                place.write({ order: order as 'name' | 'seat' });
              }}
              data={(['name', 'seat'] as const).map((value) => ({ value, label: t.wall.orders[value] }))}
            />
            {isSeated && (
              <Button
                size="xs"
                variant={arranging ? 'filled' : 'default'}
                leftSection={
                  arranging ? <IconCheck size={16} aria-hidden /> : <IconArmchair size={16} stroke={1.7} aria-hidden />
                }
                onClick={() => setArranging(!arranging)}
              >
                {arranging ? t.wall.arranged : t.wall.arrange}
              </Button>
            )}
            {arranging && (
              <Button
                size="xs"
                variant="subtle"
                onClick={() => place.write({ seats: seatsInOrder(tiles.map(({ member }) => member.memberId)) })}
              >
                {t.wall.byName}
              </Button>
            )}
          </div>
        )}
      </div>
      {arranging && <p className={classes.how}>{t.wall.arrangeHow}</p>}
      {isSeated ? (
        <Seated tiles={tiles} place={place} isArranging={arranging} draw={arranging ? tileOf : pressable} />
      ) : (
        <ul className={classes.tiles} style={gridOf(tiles.length)}>
          {tiles.map((tile) => (
            <li key={tile.member.memberId}>{pressable(tile)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Makes the letters of a projected wall smaller until every tile is in sight: who looks at it cannot scroll. */
function useWholeInSight(isProjected: boolean) {
  const section = useRef<HTMLElement>(null);
  // With every drawing: what stands on a tile may have become longer.
  useLayoutEffect(() => {
    const wall = section.current;
    if (!wall || !isProjected) return;
    const fit = () => {
      const parts = [wall, ...wall.children];
      for (let percent = 100; percent >= FIT_MIN_PERCENT; percent -= FIT_STEP_PERCENT) {
        wall.style.setProperty('--fit', `${percent / 100}`);
        if (parts.every(({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight + 1)) return;
      }
    };
    fit();
    window.addEventListener('resize', fit);
    return () => window.removeEventListener('resize', fit);
  });
  return section;
}

/** Columns by which so many tiles fill a projected wall of about 16 to 9; a window takes as many as it has room for. */
function gridOf(count: number): CSSProperties {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count * 1.1)));
  return { '--columns': columns, '--rows': Math.max(2, Math.ceil(count / columns)) } as CSSProperties;
}

/** What of the whole class one looks for first. */
function Sums({ tiles }: { tiles: readonly Tile[] }) {
  const t = useTexts();
  const help = tiles.filter(({ state }) => state === 'help').length;
  const wanted = tiles.filter(({ files }) => files.of > 0);
  return (
    <p className={classes.sums} aria-live="polite">
      <span>{t.wall.sums(tiles.filter(({ isHere }) => isHere).length, tiles.length)}</span>
      {wanted.length > 0 && (
        <span>{t.wall.sumFiles(wanted.filter(({ files }) => files.have === files.of).length, wanted.length)}</span>
      )}
      {help > 0 && (
        <span className={classes.sumHelp}>
          <IconHandStop size={20} stroke={2} aria-hidden />
          {t.wall.sumHelp(help)}
        </span>
      )}
    </p>
  );
}

function TileView({
  tile,
  now,
  isKnown,
  isProjected,
}: { tile: Tile } & Pick<WallProps, 'now' | 'isKnown' | 'isProjected'>) {
  const t = useTexts();
  const language = useLanguage();
  const { state, name, files, sendingShare, attempt, wantsHelpSince, together } = tile;
  const Icon = ICONS[state];
  const said: Partial<Record<TileState, string>> = {
    help: wantsHelpSince === null ? '' : t.wall.helpFor(Math.floor(Math.max(0, now - wantsHelpSince) / MINUTE_MS)),
    'handed-in': attempt ? t.wall.handedInAt(formatTime(language, attempt.at)) : '',
    sending: t.wall.percent(percentOf(sendingShare ?? 0)),
    getting: t.wall.percent(percentOf(files.share)),
  };
  const more = [
    attempt && state !== 'handed-in' && t.wall.states['handed-in'],
    attempt && sendingShare !== null && `${t.wall.states.sending.toLowerCase()} ${said.sending}`,
    attempt?.late && !isProjected && t.wall.late,
    attempt?.brought && t.wall.brought,
    together.length > 0 && t.wall.together(together.join(', ')),
    state === 'handed-in' && isKnown && !tile.isHere && t.wall.states.away.toLowerCase(),
    tile.isHere && files.of > 0 && !attempt && t.wall.filesOf(files.have, files.of),
  ].filter(Boolean);
  // A bar that is full for good says nothing any more.
  const share = sendingShare ?? (tile.isHere && files.have < files.of && !attempt ? files.share : null);
  return (
    <span className={classes.tile} data-state={state}>
      <span className={classes.name}>{name}</span>
      <span className={classes.state}>
        <Icon className={classes.icon} stroke={1.9} aria-hidden />
        <span>
          {t.wall.states[state]} {said[state] && <span className={classes.said}>{said[state]}</span>}
        </span>
      </span>
      {more.length > 0 && <span className={classes.more}>{more.join(' · ')}</span>}
      {share !== null && (
        <span
          className={classes.bar}
          role="progressbar"
          aria-label={t.wall.fill(name)}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percentOf(share)}
        >
          <span style={{ width: `${share * 100}%` }} />
        </span>
      )}
    </span>
  );
}

/** What can be done about one pupil now. */
function PressedTile({
  logId,
  tile,
  lesson,
  children,
}: {
  logId: LogId;
  tile: Tile;
  lesson: Lesson;
  children: ReactNode;
}) {
  const t = useTexts();
  const store = useStore();
  const [, go] = useLocation();
  const { member, wantsHelpSince, attempt } = tile;
  const { collected } = lesson;
  return (
    <Menu position="bottom-start" width={260} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <button type="button" className={classes.press}>
          {children}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {wantsHelpSince !== null && (
          <Menu.Item
            leftSection={<IconHandStop size={18} stroke={1.7} aria-hidden />}
            onClick={() => store.tellHelped(logId, member.memberId)}
          >
            {t.wall.helped}
          </Menu.Item>
        )}
        {attempt && collected && (
          <>
            <Menu.Item
              leftSection={<IconFileCheck size={18} stroke={1.7} aria-hidden />}
              onClick={() => go(routes.review(logId, collected.assignmentId, member.memberId))}
            >
              {t.wall.openWork}
            </Menu.Item>
            <Menu.Item disabled leftSection={<IconReceipt size={18} stroke={1.7} aria-hidden />}>
              {t.wall.receipt(attempt.receipt)}
            </Menu.Item>
          </>
        )}
        {wantsHelpSince === null && !attempt && <Menu.Item disabled>{t.wall.nothingToDo}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

interface SeatedProps {
  tiles: readonly Tile[];
  place: Place;
  isArranging: boolean;
  draw: (tile: Tile) => ReactNode;
}

function Seated({ tiles, place, isArranging, draw }: SeatedProps) {
  const t = useTexts();
  const [said, setSaid] = useState('');
  const [over, setOver] = useState<string | null>(null);
  const grid = useRef<HTMLUListElement>(null);
  const ids = tiles.map(({ member }) => member.memberId);
  const seats = seatsFor(ids, place.value.seats);
  const size = sizeOf([...seats.values()]);
  // Read and walked through as it is seen; while somebody is moved by keys, nothing else may move in the page.
  const placeIn = ({ member }: Tile) => {
    const seat = seats.get(member.memberId);
    return seat ? seat.row * SEATS_SIDE_MAX + seat.column : Infinity;
  };
  const inOrder = isArranging ? tiles : tiles.toSorted((a, b) => placeIn(a) - placeIn(b));
  // One row and one column more than are used, to put somebody there.
  const rows = Math.min(SEATS_SIDE_MAX, size.rows + (isArranging ? 1 : 0));
  const columns = Math.min(SEATS_SIDE_MAX, size.columns + (isArranging ? 1 : 0));
  const put = (memberId: MemberId, to: Seat) => {
    const next = moved(seats, memberId, to);
    if (next === seats) return;
    place.write({ seats: Object.fromEntries(next) });
    const name = tiles.find(({ member }) => member.memberId === memberId)?.name ?? '';
    setSaid(t.wall.movedTo(name, to.row + 1, to.column + 1));
  };
  const onKey = (event: KeyboardEvent, memberId: MemberId, seat: Seat) => {
    const to = besideBy(seat, event.key);
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    put(memberId, to);
  };
  const placeOf = ({ row, column }: Seat): CSSProperties => ({ gridRow: row + 1, gridColumn: column + 1 });
  const dropOn = (seat: Seat) =>
    isArranging
      ? {
          'data-over': over === `${seat.row}/${seat.column}` || undefined,
          onDragOver: (event: DragEvent) => {
            if (!event.dataTransfer.types.includes(DRAGGED)) return;
            event.preventDefault();
            setOver(`${seat.row}/${seat.column}`);
          },
          onDragLeave: () => setOver(null),
          onDrop: (event: DragEvent) => {
            const memberId = event.dataTransfer.getData(DRAGGED);
            setOver(null);
            if (!memberId) return;
            event.preventDefault();
            put(memberId as MemberId, seat);
          },
        }
      : {};
  const free = isArranging
    ? Array.from({ length: rows * columns }, (_, at) => ({
        row: Math.floor(at / columns),
        column: at % columns,
      })).filter((seat) => ![...seats.values()].some(({ row, column }) => row === seat.row && column === seat.column))
    : [];
  return (
    <>
      <p className={classes.front} aria-hidden>
        {t.wall.board}
      </p>
      <div className={classes.scroll} data-scroll>
        <ul
          ref={grid}
          className={classes.seats}
          style={{ '--columns': columns, '--rows': rows } as CSSProperties}
          data-arranging={isArranging || undefined}
        >
          {inOrder.map((tile) => {
            const { memberId } = tile.member;
            const seat = seats.get(memberId);
            if (!seat) return null;
            return (
              <li key={memberId} style={placeOf(seat)} {...dropOn(seat)}>
                {isArranging ? (
                  <button
                    type="button"
                    className={classes.press}
                    draggable
                    onDragStart={(event) => {
                      event.dataTransfer.setData(DRAGGED, memberId);
                      event.dataTransfer.effectAllowed = 'move';
                    }}
                    onKeyDown={(event) => onKey(event, memberId, seat)}
                  >
                    {draw(tile)}
                    <VisuallyHidden>{t.wall.seat(seat.row + 1, seat.column + 1)}</VisuallyHidden>
                  </button>
                ) : (
                  draw(tile)
                )}
              </li>
            );
          })}
          {free.map((seat) => (
            <li
              key={`${seat.row}/${seat.column}`}
              className={classes.free}
              style={placeOf(seat)}
              aria-hidden
              {...dropOn(seat)}
            />
          ))}
        </ul>
      </div>
      <VisuallyHidden aria-live="polite">{said}</VisuallyHidden>
    </>
  );
}
