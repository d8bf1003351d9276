/**
 * When pages hear what of the queue. Promises: the last state is always told; a list of thousands is told rarely, and in between
 * only those whose bytes flow; while nothing moves it is told too, so that a speed falls; a clock that is set back delays nothing.
 * Hides: the timers.
 */

/** How often pages hear about progress at most, and at least while something is under way. */
export const PROGRESS_MS = 100;
export const STANDING_MS = 1_000;
/** The whole list costs by its lines: at most so many of them are told in a second. */
export const LINES_PER_SECOND_MAX = 10_000;

export interface TransferNews {
  /** The list is another. */
  changed(): void;
  /** Only bytes have moved. */
  moved(): void;
  close(): void;
}

export interface TransferNewsOptions {
  lines(): number;
  isUnderWay(): boolean;
  tellList(): void;
  tellMoved(): void;
}

export function openTransferNews({ lines, isUnderWay, tellList, tellMoved }: TransferNewsOptions): TransferNews {
  let timer: NodeJS.Timeout | undefined;
  let tellAt = Infinity;
  let toldAt = -Infinity;
  let listToldAt = -Infinity;
  let isListOld = false;
  let isClosed = false;

  const listDueAt = () => listToldAt + Math.max(PROGRESS_MS, (lines() / LINES_PER_SECOND_MAX) * 1000);
  function tellSoon(at: number): void {
    if (isClosed || at >= tellAt) return;
    clearTimeout(timer);
    tellAt = at;
    timer = setTimeout(tell, Math.max(0, at - performance.now()));
  }
  function tell(): void {
    // A timer may ring a moment early.
    const isList = isListOld && Math.max(tellAt, performance.now()) >= listDueAt();
    tellAt = Infinity;
    if (isList) {
      isListOld = false;
      tellList();
    } else {
      tellMoved();
    }
    toldAt = performance.now();
    if (isList) listToldAt = toldAt;
    if (isListOld) tellSoon(Math.max(listDueAt(), toldAt + PROGRESS_MS));
    if (isUnderWay()) tellSoon(toldAt + STANDING_MS);
  }

  return {
    changed() {
      isListOld = true;
      tellSoon(Math.max(listDueAt(), toldAt + PROGRESS_MS));
    },
    moved: () => tellSoon(toldAt + PROGRESS_MS),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
