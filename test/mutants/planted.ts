/**
 * The planted faults: for each S-rule one small, believable mistake, and the tests that quote the rule must fail by it — those and
 * no others; then mistakes in what the chat brought, each of which may break the rules that it says. `find` must stand exactly once
 * in the file, so that a fault can never silently miss its place.
 */
export interface PlantedFault {
  rule: `S${number}`;
  file: string;
  find: string;
  replace: string;
  /** The mistake in words. */
  says: string;
  /** Rules that it breaks as well: their tests may fall with it. */
  also?: readonly `S${number}`[];
}

export const PLANTED: readonly PlantedFault[] = [
  {
    rule: 'S1',
    file: 'src/hub/store-sqlite.ts',
    find: 'AND seq <= ? ORDER BY seq LIMIT ?',
    replace: 'AND seq <= ? ORDER BY at, seq LIMIT ?',
    says: 'rows are read in the order of the clock that stamped them',
  },
  {
    rule: 'S2',
    also: ['S11'],
    file: 'src/hub/class-log.ts',
    find: `this.#inFlight = null;
    this.#startOver();
    for`,
    replace: `this.#inFlight = null;
    for`,
    says: 'what was decided on top of a group that failed stands',
  },
  {
    rule: 'S3',
    file: 'src/hub/class-log.ts',
    find: 'known.hash === null || known.hash === job.commandHash',
    replace: 'known.hash === null || known.seq > 0',
    says: 'another command under a known id is answered as its repeat',
  },
  {
    rule: 'S4',
    file: 'src/core/classroom.ts',
    find: 'namedBy.some((label) => mayRead(state, label, reader))',
    replace: 'namedBy.length > 0',
    says: 'a file that somebody was given is open to the whole class',
  },
  {
    rule: 'S5',
    file: 'src/client/database.ts',
    find: 'if (page.after !== cursor.cursor) {',
    replace: 'if (page.after > cursor.cursor || page.upTo <= cursor.cursor) {',
    says: 'a page that overlaps what is here is applied all the same',
  },
  {
    rule: 'S6',
    file: 'src/client/database.ts',
    find: 'await places.bulkPut([...placePuts]);',
    replace: 'await places.bulkPut([...placePuts]).catch(() => undefined);',
    says: 'a view row that could not be written does not undo its page',
  },
  {
    rule: 'S7',
    file: 'src/client/overlay.ts',
    find: 'outbox: told,\n',
    replace: "outbox: state === 'sending' ? null : told,\n",
    says: 'a message that has left for the hub is shown as confirmed',
  },
  {
    rule: 'S8',
    file: 'src/client/overlay.ts',
    find: '? { ...laid, outbox } : laid',
    replace: '? { ...message, outbox } : laid',
    says: 'an edit that waits does not show',
  },
  {
    rule: 'S9',
    file: 'src/client/outbox.ts',
    find: 'if (isHeld(row) || held.some((earlier) => refersTo(row.command, earlier.command))) held.push(row);',
    replace: 'if (isHeld(row)) held.push(row);',
    says: 'what refers to a command that waits for its files overtakes it',
  },
  {
    rule: 'S10',
    also: ['S8', 'S14'],
    file: 'src/client/database.ts',
    find: "if (row) await this.#db.outbox.put({ ...row, state: 'refused', code });",
    replace: 'if (row && code) await this.#db.outbox.delete(id);',
    says: 'a refused command is dropped silently',
  },
  {
    rule: 'S11',
    file: 'src/client/ports.ts',
    find: 'RETRY_MIN_MS + random() * (roof - RETRY_MIN_MS)',
    replace: 'roof / 2 + (random() * roof) / 2',
    says: 'waits are spread over the upper half only, so that a class comes back as one wave',
  },
  {
    rule: 'S12',
    file: 'src/core/wire.ts',
    find: 'return parsed.success ? ({ kind: entry.kind, body: parsed.data } as Change) : null;',
    replace: 'return { kind: entry.kind, body: parsed.data ?? entry.body } as Change;',
    says: 'a body that does not fit its kind is folded all the same',
  },
  {
    rule: 'S13',
    file: 'src/client/database.ts',
    find: 'state?.foldVersion === FOLD_VERSION',
    replace: 'state !== undefined',
    says: 'views that an older program folded are kept',
  },
  {
    rule: 'S14',
    file: 'src/client/database.ts',
    find: 'await this.#returnOwn(old, wayBack);',
    replace: 'await this.#outboxKeys(logId);',
    says: 'a hub that came back from a backup destroys work it had acknowledged',
  },
  {
    rule: 'S15',
    file: 'src/hub/store-sqlite.ts',
    find: 'if (row?.sha256) found.set(fileId, { ...row, sha256: row.sha256 });',
    replace: 'if (row) found.set(fileId, { ...row, sha256: row.sha256! });',
    says: 'an upload that has only begun counts as stored',
  },
  {
    rule: 'S16',
    also: ['S19'],
    file: 'src/client/views.ts',
    find: 'record.entries[index] = { ...entry, body: null };',
    replace: 'record.entries[index] = { ...entry };',
    says: 'a removed message stays in the kept log of every client',
  },
  {
    rule: 'S17',
    file: 'src/client/database.ts',
    find: 'if (cursor && (drafts.length > 0 || (await this.#outboxKeys(logId)).length > 0)) {',
    replace: 'if (cursor && (await this.#outboxKeys(logId)).length > 0) {',
    says: 'leaving a class deletes what was typed and not sent, unasked',
  },
  {
    rule: 'S18',
    also: ['S5'],
    file: 'src/client/log-sync.ts',
    find: 'this.#cursor = applied.cursor;',
    replace: 'this.#cursor = Math.max(this.#cursor, page.upTo);',
    says: 'a tab believes its own count of pages instead of the disk that it shares',
  },
  {
    rule: 'S19',
    also: ['S14'],
    file: 'src/core/classroom.ts',
    find: 'reviews: {},\n    returned: keep(state.returned, own),',
    replace: 'reviews: keep(state.reviews, own),\n    returned: keep(state.returned, own),',
    says: 'the hub believes that a pupil sees marks which were not given back to him',
  },
  {
    rule: 'S20',
    file: 'src/hub/schedule.ts',
    find: 'of await this.#context.store.logsWithDue()) this',
    replace: `of await this.#context.store.logsWithDue())
      if (dueAt > this.#context.now()) this`,
    says: 'what fell due while the hub was off is forgotten',
  },
];

/** Mistakes in channels, marks, schedules and the school. */
export const PLANTED_IN_CHAT: readonly PlantedFault[] = [
  {
    rule: 'S4',
    also: ['S16', 'S19'],
    file: 'src/core/classroom.ts',
    find: 'return channel !== undefined && isInChannel(state, channel, reader);',
    replace: 'return channel !== undefined;',
    says: 'what is said in a channel is sent to everybody in the class',
  },
  {
    rule: 'S4',
    also: ['S14', 'S19'],
    file: 'src/core/evolve.ts',
    find: 'moved(m) ? { ...m, roleVersion: m.roleVersion + 1 } : m,',
    replace: 'moved(m) ? { ...m } : m,',
    says: 'who gets into a group goes on reading where he is, and what was said there before stays hidden below his cursor',
  },
  {
    rule: 'S16',
    also: ['S14', 'S19', 'S20'],
    file: 'src/core/evolve.ts',
    find: "const waited = change.kind === 'messagePosted' ? change.body.scheduled?.messageId : null;",
    replace: 'const waited = null;',
    says: 'a message that was said at its hour stays in the row in which it waited',
  },
  {
    rule: 'S13',
    also: ['S16', 'S19'],
    file: 'src/client/views.ts',
    find: 'const marks = [...(grows ? last.marks : []), ...this.#freshMarks];',
    replace: 'const marks = [...this.#freshMarks];',
    says: 'reactions of the next page take the place of those before',
  },
  {
    rule: 'S20',
    also: ['S19'],
    file: 'src/core/decide-chat.ts',
    find: "author?.state === 'confirmed' ? placeOf(state, said.channelId, to, author) : null;",
    replace: "author ? (state.channels[said.channelId] ?? 'direct') : null;",
    says: 'a scheduled message is said for somebody who may not write there any more',
  },
  {
    rule: 'S2',
    also: ['S1', 'S3', 'S4', 'S5', 'S9', 'S10', 'S11', 'S14', 'S15', 'S16', 'S17', 'S19', 'S20'],
    file: 'src/hub/class-log.ts',
    find: 'const due = nextDueAt(state);',
    replace: 'for (const { job, result } of group) job.resolve(result);\n        const due = nextDueAt(state);',
    says: 'a command is acknowledged before its group is on disk',
  },
  {
    rule: 'S3',
    also: ['S2', 'S16', 'S19'],
    file: 'src/hub/school.ts',
    find: 'if (school && isSaid(school, entering)) return;',
    replace: "if (school && isSaid(school, entering) && entering.role === 'student') return;",
    says: 'a teacher enters the school anew with every visit',
  },
  {
    rule: 'S4',
    also: ['S8', 'S16', 'S19', 'S20'],
    file: 'src/core/ids.ts',
    find: "parseInt(digit, 16) ^ parseInt(b[at] ?? '0', 16)",
    replace: 'parseInt(digit, 16)',
    says: 'whoever begins a talk of two begins one of his own',
  },
  {
    rule: 'S16',
    also: ['S3', 'S14', 'S19'],
    file: 'src/hub/store-sqlite.ts',
    find: 'keepErased.run(erasing.logId, list(erasing.rows));',
    replace: 'keepErased.run(erasing.logId, list([]));',
    says: 'a restored hub takes again what was erased after the backup',
  },
];
