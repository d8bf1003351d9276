/** Who sits where: a grid that the teacher arranges. Pure. Rows count from the board, seats from the left; both from 0. */
import type { MemberId } from '../../core/ids.ts';

export interface Seat {
  row: number;
  column: number;
}
export type Seats = Readonly<Record<string, Seat>>;

/** Rows and seats in a row, at most. */
export const SEATS_SIDE_MAX = 12;
/** Seats in a row where nobody has arranged any. */
const COLUMNS_USUAL = 6;

const isSame = (a: Seat, b: Seat) => a.row === b.row && a.column === b.column;
const isInRoom = ({ row, column }: Seat) =>
  [row, column].every((n) => Number.isInteger(n) && n >= 0 && n < SEATS_SIDE_MAX);

/** Everybody in order, row by row. */
export function seatsInOrder(memberIds: readonly MemberId[]): Seats {
  const columns = Math.max(COLUMNS_USUAL, Math.ceil(memberIds.length / SEATS_SIDE_MAX));
  return Object.fromEntries(memberIds.map((id, at) => [id, { row: Math.floor(at / columns), column: at % columns }]));
}

/** Seats of all of these: kept ones as they are, newcomers on the first free ones. Who has no place left (more than fit) has none. */
export function seatsFor(memberIds: readonly MemberId[], kept: Seats): Map<MemberId, Seat> {
  const seats = new Map<MemberId, Seat>();
  const taken = new Set<string>();
  const key = ({ row, column }: Seat) => `${row}/${column}`;
  for (const id of memberIds) {
    const seat = kept[id];
    if (!seat || !isInRoom(seat) || taken.has(key(seat))) continue;
    seats.set(id, seat);
    taken.add(key(seat));
  }
  const { columns } = sizeOf([...seats.values()]);
  const width = Math.max(columns, COLUMNS_USUAL);
  let at = 0;
  for (const id of memberIds) {
    if (seats.has(id)) continue;
    const seatAt = (n: number) => ({ row: Math.floor(n / width), column: n % width });
    while (taken.has(key(seatAt(at)))) at += 1;
    const seat = seatAt(at);
    if (!isInRoom(seat)) break;
    seats.set(id, seat);
    taken.add(key(seat));
  }
  return seats;
}

export function sizeOf(seats: readonly Seat[]): { rows: number; columns: number } {
  return {
    rows: Math.max(0, ...seats.map(({ row }) => row + 1)),
    columns: Math.max(0, ...seats.map(({ column }) => column + 1)),
  };
}

/** Puts somebody on a seat; who sat there takes his. The same object where it is outside the room. */
export function moved(seats: ReadonlyMap<MemberId, Seat>, memberId: MemberId, to: Seat): ReadonlyMap<MemberId, Seat> {
  const from = seats.get(memberId);
  if (!isInRoom(to) || (from && isSame(from, to))) return seats;
  const next = new Map(seats);
  const other = [...seats].find(([, seat]) => isSame(seat, to))?.[0];
  if (other && from) next.set(other, from);
  else if (other) next.delete(other);
  next.set(memberId, to);
  return next;
}

const STEPS: Record<string, Seat> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** The seat beside, by an arrow key; null for another key. */
export function besideBy(seat: Seat, key: string): Seat | null {
  const step = STEPS[key];
  return step ? { row: seat.row + step.row, column: seat.column + step.column } : null;
}
