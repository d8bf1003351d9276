/**
 * Walls of lessons as a teacher's page has them open. Promises: the hub is asked once per log while somebody watches, again after
 * every new connection, and told when nobody does any more; what was known before a connection ended is not shown as true. Hides:
 * how deltas are put together.
 */
import * as z from 'zod/mini';
import type { LogId, MemberId } from '../core/ids.ts';
import { Wall, type WallTile, type WallWish } from '../core/wire.ts';
import type { Stop, WallView } from './class-store.ts';

interface Watched {
  /** null until the hub has told everything. */
  tiles: Map<MemberId, WallTile> | null;
  listeners: Set<(wall: WallView | null) => void>;
}

export class WallWatch {
  readonly #wish: (wish: WallWish) => void;
  readonly #walls = new Map<LogId, Watched>();

  /** @param wish tells the hub, if there is one */
  constructor(wish: (wish: WallWish) => void) {
    this.#wish = wish;
  }

  watch(logId: LogId, listener: (wall: WallView | null) => void): Stop {
    const wall = this.#walls.get(logId) ?? { tiles: null, listeners: new Set() };
    const own = (view: WallView | null) => listener(view);
    wall.listeners.add(own);
    if (!this.#walls.has(logId)) {
      this.#walls.set(logId, wall);
      this.#wish({ logId, isOpen: true });
    }
    own(viewOf(wall));
    return () => {
      if (!wall.listeners.delete(own) || wall.listeners.size > 0) return;
      this.#walls.delete(logId);
      this.#wish({ logId, isOpen: false });
    };
  }

  /** The hub knows this page as a follower of the log from now on. */
  followed(logId: LogId): void {
    if (this.#walls.has(logId)) this.#wish({ logId, isOpen: true });
  }

  disconnected(): void {
    for (const wall of this.#walls.values()) {
      wall.tiles = null;
      tell(wall);
    }
  }

  heard(raw: unknown): void {
    const news = z.safeParse(Wall, raw);
    const wall = news.success && this.#walls.get(news.data.logId);
    if (!news.success || !wall) return;
    const { isWhole, tiles } = news.data;
    // A delta from before the wish was heard says nothing without the rest.
    if (!isWhole && !wall.tiles) return;
    const known = isWhole ? new Map<MemberId, WallTile>() : new Map(wall.tiles);
    for (const tile of tiles) known.set(tile.memberId, isWhole ? tile : laidOver(known.get(tile.memberId), tile));
    wall.tiles = known;
    tell(wall);
  }
}

/** Of files that go out a delta names only those that moved. */
function laidOver(old: WallTile | undefined, news: WallTile): WallTile {
  const down = new Map([...(old?.down ?? []), ...news.down].map((flow) => [flow.fileId, flow]));
  return { ...news, down: [...down.values()] };
}

const viewOf = ({ tiles }: Watched): WallView | null => tiles && { tiles };

function tell(wall: Watched): void {
  const view = viewOf(wall);
  for (const listener of wall.listeners) listener(view);
}
