/**
 * Search in everything that is here, offline. Promises: a word is found in any of its forms (Russian and English stems, ё = е)
 * and while it is being typed (as a prefix), in texts, file names and options of polls; several words must all be there; an edited
 * message is found by its last words only; what was removed or erased leaves this index with the row that says so (S16). Hides: an
 * index in memory per log, folded from the kept log when first asked and from every new row after that.
 *
 * Loaded when somebody searches: pages that never do carry neither this nor the stemmers.
 */
import { stemmer as englishStem } from '@orama/stemmers/english';
import { stemmer as russianStem } from '@orama/stemmers/russian';
import type { ChannelId, CommandId, LogId, MemberId } from '../core/ids.ts';
import { changeIn, type Entry, type FileRef } from '../core/wire.ts';
import type { Found, MessageFeature, SearchQuery, SearchResult, Stop } from './class-store.ts';
import type { Database } from './database.ts';
import type { LogCursor } from './views.ts';

/** What is looked at of a query; the rest of a longer one is cut off. */
export const QUERY_CHARS_MAX = 300;
export const QUERY_WORDS_MAX = 12;
export const FOUND_MAX = 500;
/** Records of the log that are folded before the page may draw again. */
const RECORDS_PER_TURN = 4;

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;
const LINK = /\bhttps?:\/\/|\bwww\./i;
const CYRILLIC = /\p{Script=Cyrillic}/u;

/** A word as it is compared. */
const plain = (word: string) => word.normalize('NFC').toLowerCase().replaceAll('ё', 'е');
const stemOf = (word: string) => (CYRILLIC.test(word) ? russianStem(word) : englishStem(word));
const wordsIn = (text: string): string[] => (text.match(WORD) ?? []).map(plain);

interface Doc {
  id: CommandId;
  seq: number;
  at: number;
  by: MemberId | null;
  channelId: ChannelId;
  text: string;
  files: readonly FileRef[];
  /** Found with the message, and not its text. */
  options: readonly string[];
  features: ReadonlySet<MessageFeature>;
}
interface Term {
  stem: string;
  /** Numbers of documents, each once, ascending. */
  docs: number[];
}
interface WantedWord {
  word: string;
  stem: string;
}

function featuresOf({ text, files, poll, isNotice, assignmentId }: FeatureSource): Set<MessageFeature> {
  const features = new Set<MessageFeature>();
  if (text.trim() !== '') features.add('text');
  if (LINK.test(text)) features.add('link');
  for (const { mediaType } of files)
    features.add(mediaType.startsWith('image/') ? 'photo' : mediaType.startsWith('audio/') ? 'voice' : 'file');
  if (poll) features.add('poll');
  if (isNotice) features.add('notice');
  if (assignmentId) features.add('assignment');
  return features;
}
interface FeatureSource {
  text: string;
  files: readonly FileRef[];
  poll?: unknown;
  isNotice?: boolean | undefined;
  assignmentId?: unknown;
}

/** The words of one log. Pure: rows go in, places come out. */
export class SearchIndex {
  readonly #logId: LogId;
  /** By seq; null where a message is gone. */
  readonly #docs: (Doc | null)[] = [];
  readonly #seqs: number[] = [];
  readonly #terms = new Map<string, Term>();

  constructor(logId: LogId) {
    this.#logId = logId;
  }

  /** Takes in the next row of the log. `stale`: it erases what may stand anywhere, and the index must be made anew. */
  fold(entry: Entry): 'folded' | 'stale' {
    const change = changeIn(entry);
    switch (change?.kind) {
      case 'messagePosted': {
        const { channelId, text, files, poll } = change.body;
        const { id, seq, at, by } = entry;
        const options = poll?.options ?? [];
        this.#add({ id, seq, at, by, channelId, text, files, options, features: featuresOf(change.body) });
        return 'folded';
      }
      case 'messageEdited':
        this.#edit(change.body.messageSeq, change.body.text);
        return 'folded';
      case 'messageRemoved': {
        const at = this.#find(change.body.messageSeq);
        if (at !== null) this.#remove(at);
        return 'folded';
      }
      case 'memberErased':
        return 'stale';
      default:
        return 'folded';
    }
  }

  /** Whether a word is known here in any form: what was erased must not be. */
  knows(word: string): boolean {
    return this.#terms.has(plain(word));
  }

  #find(seq: number): number | null {
    const at = placeOf(this.#seqs, seq);
    return this.#seqs[at] === seq ? at : null;
  }

  #add(doc: Doc) {
    const at = this.#docs.push(doc) - 1;
    this.#seqs.push(doc.seq);
    this.#enter(at, doc);
  }

  #enter(at: number, doc: Doc) {
    for (const word of wordsOf(doc)) {
      const term = this.#terms.get(word);
      if (!term) this.#terms.set(word, { stem: stemOf(word), docs: [at] });
      else {
        const place = placeOf(term.docs, at);
        if (term.docs[place] !== at) term.docs.splice(place, 0, at);
      }
    }
  }

  #remove(at: number) {
    const doc = this.#docs[at];
    if (!doc) return;
    this.#docs[at] = null;
    for (const word of new Set(wordsOf(doc))) {
      const term = this.#terms.get(word);
      if (!term) continue;
      const place = placeOf(term.docs, at);
      if (term.docs[place] === at) term.docs.splice(place, 1);
      if (term.docs.length === 0) this.#terms.delete(word);
    }
  }

  #edit(seq: number, text: string) {
    const at = this.#find(seq);
    const old = at === null ? null : this.#docs[at];
    if (at === null || !old) return;
    this.#remove(at);
    const features = new Set(old.features);
    features.delete('text');
    features.delete('link');
    for (const feature of featuresOf({ text, files: [] })) features.add(feature);
    const doc = { ...old, text, features };
    this.#docs[at] = doc;
    this.#enter(at, doc);
  }

  /** What a query finds here, newest first, and how much it is in all. */
  find(query: SearchQuery): SearchResult {
    const wanted = wantedIn(query.text);
    if (wanted === null) return { found: [], total: 0 };
    const hits = this.#hits(wanted);
    const limit = Math.min(query.limit, FOUND_MAX);
    const found: Found[] = [];
    let total = 0;
    for (let at = this.#docs.length - 1; at >= 0; at -= 1) {
      const doc = this.#docs[at];
      if (!doc || (hits && hits[at] !== wanted.length) || !isWanted(doc, query)) continue;
      total += 1;
      if (found.length < limit) found.push(this.#found(doc, wanted));
    }
    return { found, total };
  }

  /** How many of the words, from the first, stand in each document; null where no word is asked for. */
  #hits(wanted: readonly WantedWord[]): Uint8Array | null {
    if (wanted.length === 0) return null;
    const hits = new Uint8Array(this.#docs.length);
    for (const [place, one] of wanted.entries())
      for (const [word, { stem, docs }] of this.#terms)
        if (isForm(word, stem, one)) for (const at of docs) if (hits[at] === place) hits[at] = place + 1;
    return hits;
  }

  #found({ id, seq, at, by, channelId, text, files }: Doc, wanted: readonly WantedWord[]): Found {
    const named = files.filter(({ name }) =>
      wordsIn(name).some((word) => wanted.some((one) => isForm(word, null, one))),
    );
    const shown = text.trim() === '' && named.length === 0 ? files : named;
    return { logId: this.#logId, channelId, id, seq, at, by, text, files: shown, matches: matchesIn(text, wanted) };
  }
}

/** Where a number stands, or would, in an ascending list; most are asked for at its end. */
function placeOf(list: readonly number[], wanted: number): number {
  if (list.length === 0 || list.at(-1)! < wanted) return list.length;
  let from = 0;
  let to = list.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle]! < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
}

const wordsOf = ({ text, files, options }: Doc): string[] => [
  ...wordsIn(text),
  ...files.flatMap(({ name }) => wordsIn(name)),
  ...options.flatMap(wordsIn),
];

/** @param stem of the word where it is known already */
const isForm = (word: string, stem: string | null, wanted: WantedWord) =>
  word.startsWith(wanted.word) || (stem ?? stemOf(word)) === wanted.stem;

/** The words of a query; null where it has signs and no words. */
function wantedIn(text: string): WantedWord[] | null {
  const cut = text.slice(0, QUERY_CHARS_MAX);
  const words = [...new Set(wordsIn(cut))].slice(0, QUERY_WORDS_MAX);
  if (words.length === 0 && cut.trim() !== '') return null;
  return words.map((word) => ({ word, stem: stemOf(word) }));
}

const isWanted = (doc: Doc, { channelId, by, feature, from, to }: SearchQuery) =>
  (channelId === undefined || doc.channelId === channelId) &&
  (by === undefined || doc.by === by) &&
  (feature === undefined || doc.features.has(feature)) &&
  (from === undefined || doc.at >= from) &&
  (to === undefined || doc.at <= to);

/** Where the words stand: what is typed so far of a longer word, or a whole word in another form. */
function matchesIn(text: string, wanted: readonly WantedWord[]): [number, number][] {
  if (wanted.length === 0) return [];
  const matches: [number, number][] = [];
  for (const { 0: found, index } of text.matchAll(WORD)) {
    const word = plain(found);
    const typed = Math.max(0, ...wanted.filter((one) => word.startsWith(one.word)).map((one) => one.word.length));
    const isForms = typed === 0 && wanted.some((one) => stemOf(word) === one.stem);
    if (typed > 0 || isForms) matches.push([index, index + (isForms ? found.length : Math.min(typed, found.length))]);
  }
  return matches;
}

interface OpenIndex {
  logKey: string;
  upTo: number;
  index: SearchIndex;
}

/** {@link SearchIndex} for the logs of a database, kept up to date while it is open. */
export class Search {
  readonly #database: Database;
  readonly #open = new Map<LogId, OpenIndex>();
  #work: Promise<unknown> = Promise.resolve();
  readonly #stop: Stop;
  #isStopped = false;

  constructor(database: Database) {
    this.#database = database;
    // What was erased leaves the memory with the next row, asked for or not.
    this.#stop = database.watch(
      ['cursors'],
      async () => null,
      () =>
        void this.#inTurn(async () => this.#refresh([...this.#open.keys()], await database.cursors())).catch(
          () => undefined,
        ),
    );
  }

  /** In one log or in all that are here, newest first. */
  async find(query: SearchQuery): Promise<SearchResult> {
    return this.#inTurn(async () => {
      const cursors = await this.#database.cursors();
      const here = cursors.map((cursor) => cursor.logId);
      const logIds = query.logId === undefined ? here : here.filter((logId) => logId === query.logId);
      await this.#refresh(logIds, cursors);
      const results = logIds.flatMap((logId) => this.#open.get(logId)?.index.find(query) ?? []);
      const found = results.flatMap((result) => result.found).sort((a, b) => b.at - a.at || b.seq - a.seq);
      const total = results.reduce((sum, result) => sum + result.total, 0);
      return { found: found.slice(0, Math.min(query.limit, FOUND_MAX)), total };
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #refresh(logIds: readonly LogId[], now: readonly LogCursor[]) {
    const cursors = new Map(now.map((cursor) => [cursor.logId, cursor]));
    for (const logId of this.#open.keys()) if (!cursors.has(logId)) this.#open.delete(logId);
    for (const logId of logIds) {
      const cursor = cursors.get(logId);
      const open = this.#open.get(logId);
      if (!cursor || (open && open.logKey === cursor.logKey && open.upTo === cursor.cursor)) continue;
      this.#open.delete(logId);
      const goesOn = open !== undefined && open.logKey === cursor.logKey && open.upTo < cursor.cursor;
      if (goesOn && (await this.#fold(logId, open, open.upTo))) continue;
      // New, or of no use: somebody was erased, and the log here is blank where he was.
      const anew = { logKey: cursor.logKey, upTo: 0, index: new SearchIndex(logId) };
      await this.#fold(logId, anew, cursor.cursor);
    }
  }

  /**
   * Folds what the log has beyond an index and opens it.
   * @param known erasures up to here are in what is read already
   * @returns false where a later one makes it of no use, or another log has come
   */
  async #fold(logId: LogId, open: OpenIndex, known: number): Promise<boolean> {
    for (;;) {
      const piece = await this.#database.entriesAfter(logId, open.upTo, RECORDS_PER_TURN);
      if (this.#isStopped || piece.logKey !== open.logKey) return false;
      for (const entry of piece.entries) if (open.index.fold(entry) === 'stale' && entry.seq > known) return false;
      open.upTo = piece.upTo;
      if (piece.isEnd) break;
    }
    this.#open.set(logId, open);
    return true;
  }

  stop() {
    this.#isStopped = true;
    this.#stop();
    this.#open.clear();
  }
}
