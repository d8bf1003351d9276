/**
 * The planted faults: for each S-rule one small, believable mistake, and the tests that quote the rule must fail by it — those and
 * no others. `find` must stand exactly once in the file, so that a fault can never silently miss its place.
 */
export interface PlantedFault {
  rule: `S${number}`;
  file: string;
  find: string;
  replace: string;
  /** The mistake in words. */
  says: string;
}

export const PLANTED: readonly PlantedFault[] = [
  {
    rule: 'S12',
    file: 'src/core/wire.ts',
    find: 'return parsed.success ? ({ kind: entry.kind, body: parsed.data } as Change) : null;',
    replace: 'return { kind: entry.kind, body: parsed.data ?? entry.body } as Change;',
    says: 'a body that does not fit its kind is folded all the same',
  },
];
