/** Words of checking a confirmation code, in English; the source is ru-checking.ts. */
import type { Widen } from '../../ui/texts.ts';
import type { ruChecking } from './ru-checking.ts';

const signs = (n: number) => `${n} ${n === 1 ? 'character' : 'characters'}`;

export const enChecking: Widen<typeof ruChecking> = {
  checking: {
    title: 'Check a hand-in code',
    open: 'Check a hand-in code…',
    offer: (code) => `Check hand-in code ${code}`,
    lead: 'The code of a hand-in confirmation tells who handed in what, and when. It is checked right here, without a network.',
    code: 'Code',
    codeHint: '10 characters. Spaces, dashes, capitals, Latin or Russian letters make no difference.',
    odd: (sign) => `“${sign}” is never part of such a code`,
    short: (n) => `${signs(n)} of 10: some are missing`,
    long: (n) => `${signs(n)}, and a code has 10`,
    right: (code) => `Code ${code} is right`,
    mismatch: (code) => `Code ${code} does not match the work`,
    mismatchMore:
      'This code is written beside the work, but does not follow from its files and time. The class data on this computer may be damaged: compare with the code on the student’s page.',
    facts: {
      student: 'Student',
      class: 'Class',
      assignment: 'Assignment',
      attempt: 'Attempt',
      at: 'Handed in, by the server’s clock',
      together: 'Together with',
    },
    brought: 'A teacher took this work in.',
    later: (attempt, when, code) => `The student handed in again later: attempt ${attempt}, ${when}, code ${code}.`,
    noFiles:
      'There are no files in this work, only the student’s note. The code does not cover the note: it follows from the time of handing in.',
    files: (n) => (n === 1 ? '1 file was handed in:' : `${n} files were handed in:`),
    bytes: (n) => `${n.toLocaleString('en-GB')} ${n === 1 ? 'byte' : 'bytes'}`,
    openWork: 'Open the work',
    near: 'There is no such code, but one like it',
    nearWork: (code, name, assignment, when) =>
      `${code}: ${name}, “${assignment}”, ${when}. It differs by one character: compare with what the student has.`,
    unknown: 'There is no such code in your classes',
    unknownWhy: 'It may be that:',
    behind: 'the class on this computer is not up to date yet: the work may have come later. Connect and check again',
    reasons: [
      'more than one character was copied wrongly',
      'it is from a class of another teacher, or from another server',
      'the student was deleted for good, with all work',
      'the server was restored from a backup since: works were handed in anew and got new codes',
    ],
    compare: 'Is it this very file? Drop it here to compare it byte for byte with what was handed in.',
    choose: 'Choose a file',
    comparing: (name) => `Comparing: ${name}…`,
    same: (name) => `${name} is the very file`,
    sameMore: (name, when) => `It was handed in under the name “${name}” ${when}.`,
    other: (name) => `${name} is another file`,
    otherMore: 'It is not in this work: it differs by at least one byte. The file’s name is not compared.',
    tooLarge: (name) => `${name} is too large to be compared here`,
    tooLargeMore: (size) => `Its size is that of a file handed in, but contents are compared up to ${size} only.`,
    unreadable: (name) => `${name} cannot be read. See whether it was moved, and try again.`,
  },
};
