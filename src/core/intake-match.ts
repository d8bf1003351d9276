/**
 * Whose work is this file? Answers from the names of a file and of the folders around it, against a class list. Promises: a name is
 * taken only where it can mean one pupil and nobody else; two of one surname, a file in another's folder, another class, a name
 * spelt almost right are asked about, never guessed; what the answer rests on is told with it. Pure text work.
 *
 * Understands ё = е, capitals, any order, initials, Latin spellings (Yuryev, Iurev, Jurjev), words run together (ИвановИван),
 * double surnames, and names that phones and messengers give, which name nobody.
 */
import type { MemberId } from './ids.ts';
import { cleanName, nameSkeleton } from './names.ts';

/** A file as it was found. */
export interface FoundFile {
  id: string;
  /** From the outermost in: the chosen folder or archive first. */
  folders: readonly string[];
  name: string;
  sizeBytes: number;
  /** Unix ms of the last change as the disk or the archive has it. */
  modifiedAt: number | null;
}

/**
 * `sure`: surname and given name or initial, or file and folder agree · `likely`: a surname alone, the only one of the class ·
 * `ask`: several could be meant, or one is almost named · `none`: nobody is named.
 */
export type Confidence = 'sure' | 'likely' | 'ask' | 'none';
/** Why somebody has to look: namesakes or several named · file and folder differ · almost a name · another class. */
export type Doubt = 'several' | 'differs' | 'almost' | 'other-class';
export interface Guess {
  confidence: Confidence;
  /** One where it is taken for sure or likely; whom to offer first where it must be asked. */
  memberIds: readonly MemberId[];
  /** Where the name stood; null where nobody is named. */
  from: 'file' | 'folder' | null;
  doubt: Doubt | null;
}

/** Shorter words are compared whole: one wrong letter would make them others. */
export const ALMOST_LETTERS_MIN = 5;
/** A given name alone that so many have says nothing. */
export const OFFERED_MAX = 4;

const NOBODY: Guess = { confidence: 'none', memberIds: [], from: null, doubt: null };

// ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

const CYRILLIC: Readonly<Record<string, string>> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o',
  п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sch', ъ: '', ы: 'i', ь: '', э: 'e',
  ю: 'iu', я: 'ia',
}; // prettier-ignore

/** The same for every usual Latin spelling of a Russian word. A way to compare, not to show. */
export function latinKey(word: string): string {
  return [...word]
    .map((letter) => CYRILLIC[letter] ?? letter)
    .join('')
    .replace(/shch|stch/g, 'sch')
    .replace(/tch/g, 'ch')
    .replace(/kh/g, 'h')
    .replace(/x/g, 'ks')
    .replace(/w/g, 'v')
    .replace(/ph/g, 'f')
    .replace(/tz/g, 'ts')
    .replace(/ck/g, 'k')
    .replace(/c(?!h)/g, 'ts')
    .replace(/j/g, 'i')
    .replace(/y/g, 'i')
    .replace(/i+e|i+o/g, 'e')
    .replace(/['’`]/g, '')
    .replace(/(.)\1+/g, '$1');
}

/** A word with what it is compared by, worked out once: thousands of files meet hundreds of pupils. */
interface Token {
  text: string;
  key: string;
  isLatin: boolean;
}
const tokenOf = (text: string): Token => ({ text, key: latinKey(text), isLatin: /[a-z]/.test(text) });

interface Word extends Token {
  /** The word and the next as one: «петрова водкина». */
  pair: Token;
  /** One letter that stands for a name: «И», «и.», and not the «и» between two names. */
  isInitial: boolean;
}

/** «7А», «8 «б»»: the letter is nobody's initial. */
const CLASS_MARK = /(?<![\p{L}\d])\d{1,2} ?[-–—_.]? ?["«“']?[а-яёa-z]["»”']?(?![\p{L}.])/giu;

/** Words of a name on a disk, as they are compared. «ИвановИван_7А(2)» → иванов, иван. */
function wordsOf(name: string): Word[] {
  const apart = cleanName(name)
    .normalize('NFKC')
    // A stress mark.
    .replaceAll('\u0301', '')
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .replace(/(\p{L})(?=\d)/gu, '$1 ')
    .replace(CLASS_MARK, ' ');
  const words = [...apart.matchAll(/[\p{L}\p{M}'’]+/gu)].flatMap((found) => {
    const text = nameSkeleton(found[0]).replaceAll(' ', '');
    if (text === '') return [];
    const after = apart.slice(found.index + found[0].length);
    const isBetween = found[0] === text && /^[\s_-]+\p{L}{2,}/u.test(after);
    return [{ ...tokenOf(text), isInitial: [...text].length === 1 && !isBetween }];
  });
  return words.map((word, n) => ({ ...word, pair: tokenOf(word.text + (words[n + 1]?.text ?? '')) }));
}

const withoutEnding = (name: string) => name.replace(/(?<=.)\.[\p{L}\d]{1,8}$/u, '');

/** Endings of Russian surnames: which of two words is one, where a list has the given name first. */
const SURNAME = /(ов|ев|ин|ын|ова|ева|ина|ына|ский|цкий|ская|цкая|ской|цкой|енко|чук|щук|юк|ук|ых|их|ян|дзе|швили)$/;
const PATRONYMIC = /(вич|ьич|вна|чна|инична|оглы|кызы|улы)$/;
/** Given names with such endings: «Ким Алина» has hers behind her surname. */
const GIVEN = new Set(
  (
    'лев яков ян касьян лукьян демьян емельян севастьян марьян валерьян константин валентин августин вениамин мартин мартын эмин рамин ' +
    'ясин ева алевтина алина альбина амина ангелина антонина арина аделина валентина василина галина дарина дина екатерина жасмина ' +
    'зарина ирина карина каролина кристина лина марина мартина мадина милина нина полина регина рина сабина сабрина самина фаина ' +
    'эвелина элина эмина янина ясмина'
  ).split(' '),
);

interface Person {
  memberId: MemberId;
  /** The whole surname, and its parts where it is double. */
  surname: Token;
  surnameParts: Token[];
  /** The surname without what changes in its cases. */
  stem: string;
  given: Token;
  patronymic: Token;
}

function personOf({ memberId, name }: { memberId: MemberId; name: string }): Person {
  const raw = cleanName(name).split(' ');
  const words = raw.map((word) => nameSkeleton(word));
  const [first = '', second = '', third = ''] = words;
  const isSurname = (word: string) => SURNAME.test(word) && !GIVEN.has(word);
  const isGivenFirst = isSurname(second) && !isSurname(first) && ![second, third].some((word) => PATRONYMIC.test(word));
  // «Илья Андреевич Белов», «Илья Белов», «Белов Илья Андреевич»
  const [surname, given, patronymic] = PATRONYMIC.test(second) && third !== '' && !PATRONYMIC.test(third)
    ? [third, first, second]
    : isGivenFirst
      ? [second, first, third]
      : [first, second, third]; // prettier-ignore
  const whole = surname.replaceAll(' ', '');
  const parts = surname.includes(' ') ? surname.split(' ').filter((part) => part.length > 2) : [];
  return {
    memberId,
    surname: tokenOf(whole),
    surnameParts: parts.map(tokenOf),
    stem: whole.replace(/(ий|ый|ой|ая|яя|а|я|й|ь)$/, ''),
    given: tokenOf(given.split(' ')[0] ?? ''),
    patronymic: tokenOf(patronymic),
  };
}

/** The same word, or its Latin spelling. Two Russian words are the same letter by letter. */
const isSame = (one: Token, other: Token) =>
  one.text === other.text ||
  (one.isLatin !== other.isLatin && one.key === other.key && one.text.length > 1 && other.text.length > 1);
const isInitialOf = (letter: Token, word: Token) =>
  letter.text.length <= 2 &&
  word.text !== '' &&
  (word.text.startsWith(letter.text) || (letter.key !== '' && word.key.startsWith(letter.key)));

/** «Иванова», «Иванову», «Ивановым» of Иванов; «Белой» of Белая. */
const isCaseOf = ({ text }: Token, { stem }: Person): boolean =>
  stem.length > 2 &&
  text.startsWith(stem) &&
  /^(а|у|ю|я|ы|и|ой|ей|ом|ым|им|е|ого|его|ому|ему|ую|ая|ий|ый)?$/.test(text.slice(stem.length));

/** One letter more, less, another one, or two that changed places. */
function isOneOff(one: string, other: string): boolean {
  if (Math.min(one.length, other.length) < ALMOST_LETTERS_MIN || Math.abs(one.length - other.length) > 1) return false;
  let from = 0;
  while (from < one.length && one[from] === other[from]) from += 1;
  const [a, b] = [one.slice(from), other.slice(from)];
  if (a.slice(1) === b.slice(1) || a === b.slice(1) || a.slice(1) === b) return true;
  return a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
}

// ── classes ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const LETTER: Readonly<Record<string, string>> = { a: 'а', b: 'в', v: 'в', g: 'г', d: 'д', e: 'е', k: 'к', m: 'м' };
const classKey = (grade: string, letter: string) => `${Number(grade)}${LETTER[letter] ?? letter}`;

/** «7А», «7 «а» класс», «7-a» → «7а»; null for what is no class of a school. */
export function classOf(title: string): string | null {
  const found = /^(\d{1,2}) ?[-–—_.]? ?["«“']?([а-яa-z])["»”']?( ?(класс|кл\.?|class))?$/.exec(
    cleanName(title).normalize('NFKC').toLowerCase().replaceAll('ё', 'е'),
  );
  const grade = Number(found?.[1] ?? 0);
  return found && grade >= 1 && grade <= 12 ? classKey(found[1]!, found[2]!) : null;
}

/** A class that a longer name speaks of in so many words: «контрольная 8Б класс.pdf». */
function classIn(text: string): string | null {
  const found = /(?:^|[^\p{L}\d])(\d{1,2}) ?[-–—_.]? ?["«“']?([а-яa-z])["»”']? ?(?:класс|кл)(?!\p{L})/u.exec(
    cleanName(text).normalize('NFKC').toLowerCase().replaceAll('ё', 'е'),
  );
  return found ? classKey(found[1]!, found[2]!) : null;
}

/** «Иванов 7Б» is of a parallel class of 7А. A small letter is a task's («7б»), another number a variant's («2Б»). */
function isOfParallel(text: string, own: string): boolean {
  const found = /(?<![\d№])(\d{1,2})(?:[-–—]?| ?["«“'])([А-Я])(?![\p{L}.])/u.exec(text);
  return (
    found !== null && Number(found[1]) === parseInt(own, 10) && classKey(found[1]!, found[2]!.toLowerCase()) !== own
  );
}

// ── one name ───────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Named {
  person: Person;
  /** 2: the surname · more: also the given name, initials, the patronymic · less: somebody else's stand beside it. */
  score: number;
  /** Places of words that this reading uses; the surname's first. */
  at: number[];
}

class List {
  readonly #people: readonly Person[];
  readonly #givens: ReadonlySet<string>;

  constructor(students: readonly { memberId: MemberId; name: string }[]) {
    this.#people = students.map(personOf);
    this.#givens = new Set(this.#people.map(({ given }) => given.key).filter((given) => given.length > 1));
  }

  /** Whom one name (of a file or a folder) means. */
  guess(text: string): Omit<Guess, 'from'> {
    const words = wordsOf(text);
    const named = this.#people.flatMap((person) => this.#readings(person, words));
    const best = this.#best(named);
    const [only, ...others] = best;
    const alike = only && others.length === 0 && only.score === 2 ? this.#alsoMeant(only, words) : [];
    if (alike.length > 0) {
      const memberIds = [only!.person, ...alike].map(({ memberId }) => memberId);
      return { confidence: 'ask', memberIds, doubt: 'several' };
    }
    if (only) {
      const isSeveral = others.length > 0;
      const confidence = isSeveral || only.score < 2 ? 'ask' : only.score > 2 ? 'sure' : 'likely';
      const doubt = isSeveral ? 'several' : confidence === 'ask' ? 'almost' : null;
      return { confidence, memberIds: best.map(({ person }) => person.memberId), doubt };
    }
    const almost = this.#people.filter((person) => words.some((word) => this.#isAlmost(word, person)));
    if (almost.length === 0 || almost.length > OFFERED_MAX) return { confidence: 'none', memberIds: [], doubt: null };
    return { confidence: 'ask', memberIds: almost.map(({ memberId }) => memberId), doubt: 'almost' };
  }

  #readings(person: Person, words: readonly Word[]): Named[] {
    const { surname, surnameParts, given, patronymic } = person;
    const at = words.findIndex(
      (word) => isSame(word, surname) || isSame(word.pair, surname) || surnameParts.some((part) => isSame(word, part)),
    );
    const named = words[at];
    if (!named || surname.text.length < 2) return [];
    const used = !isSame(named, surname) && isSame(named.pair, surname) ? [at, at + 1] : [at];
    const last = used.at(-1)!;
    const rest = words.flatMap((one, n) => (used.includes(n) ? [] : [{ ...one, n }]));
    const first = rest.find((word) => word.text.length > 1 && isSame(word, given));
    if (first) {
      const father = rest.find((word) => word.n !== first.n && word.text.length > 2 && isSame(word, patronymic));
      return [{ person, score: father ? 5 : 4, at: [...used, first.n, ...(father ? [father.n] : [])] }];
    }
    // «Белов И.», «Белов И.А.», «И. Белов»: letters that stand beside the surname.
    const after = rest.filter(({ n }) => n > last && n <= last + 2);
    const before = rest.filter(({ n }) => n < at && n >= at - 2);
    const letters = after[0]?.isInitial ? after : before.at(-1)?.isInitial ? before : [];
    const initials = letters.filter(({ isInitial }) => isInitial);
    if (initials[0] && given.text !== '') {
      if (!isInitialOf(initials[0], given)) return [{ person, score: 1, at: used }];
      const isFathers = initials[1] !== undefined && isInitialOf(initials[1], patronymic);
      return [{ person, score: isFathers ? 3.5 : 3, at: [...used, ...initials.map(({ n }) => n)] }];
    }
    // A given name of this class, but not this pupil's, stands beside the surname.
    const isOthers = rest.some(({ key, n }) => Math.abs(n - at) <= 2 && this.#givens.has(key));
    return [{ person, score: isOthers && given.text !== '' ? 1 : 2, at: used }];
  }

  /** «работа Никитина»: of Никитин, where a Никитина is in the class too. «Роман»: whose surname, and whose given name it is. */
  #alsoMeant({ person, at }: Named, words: readonly Word[]): Person[] {
    const place = at[0]!;
    const word = words[place]!;
    const isAfterWords = words.slice(0, place).some((before) => before.text.length > 1);
    const isCase = (other: Person) => isAfterWords && word.text !== other.surname.text && isCaseOf(word, other);
    return this.#people.filter((other) => other !== person && (isSame(word, other.given) || isCase(other)));
  }

  /** The best reading of each surname that stands there; words that a better reading uses are nobody else's surname. */
  #best(named: readonly Named[]): Named[] {
    const found: Named[] = [];
    for (const one of [...named].sort((a, b) => b.score - a.score)) {
      const rival = found.find((other) => other.at.includes(one.at[0]!));
      if (!rival || rival.score === one.score) found.push(one);
    }
    // A half-fitting reading beside a good one is noise.
    const top = found[0]?.score ?? 0;
    return top > 2 ? found.filter(({ score }) => score >= 2) : found;
  }

  #isAlmost(word: Word, person: Person): boolean {
    const { surname, given } = person;
    if (word.text.length > 2 && isSame(word, given)) return true;
    if (surname.text.length < 3) return false;
    if (isCaseOf(word, person) || isOneOff(word.text, surname.text)) return true;
    return word.isLatin !== surname.isLatin && isOneOff(word.key, surname.key);
  }
}

// ── a file among its folders ───────────────────────────────────────────────────────────────────────────────────────────

const isTaken = ({ confidence }: Pick<Guess, 'confidence'>) => confidence === 'sure' || confidence === 'likely';

/**
 * Whose each file is.
 * @param students of the class, those who are wanted
 * @param className as the class is called; files of another class are nobody's
 * @returns guesses by the files' ids
 */
export function matchFiles(
  files: readonly FoundFile[],
  students: readonly { memberId: MemberId; name: string }[],
  className: string,
): Map<string, Guess> {
  const list = new List(students);
  const own = classOf(className);
  const known = new Map<string, Omit<Guess, 'from'>>();
  const guessOf = (text: string) => {
    let guess = known.get(text);
    if (!guess) known.set(text, (guess = list.guess(text)));
    return guess;
  };

  const guessFile = ({ name, folders }: FoundFile): Guess => {
    const isOf = (found: string | null) => found !== null && own !== null && found !== own;
    if (folders.some((folder) => isOf(classOf(folder)))) return { ...NOBODY, doubt: 'other-class' };
    const byFolders = folders.map((folder): Guess => ({ ...guessOf(folder), from: 'folder' }));
    const byFile: Guess = { ...guessOf(withoutEnding(name)), from: 'file' };
    const guess = [...byFolders, byFile].reduce((outer, inner) => joined(inner, outer), NOBODY);
    const isOther = (text: string) => isOf(classIn(text)) || (own !== null && isOfParallel(text, own));
    if (isTaken(guess) && [withoutEnding(name), ...folders].some(isOther))
      return { ...guess, confidence: 'ask', doubt: 'other-class' };
    return guess;
  };
  return new Map(files.map((file) => [file.id, guessFile(file)]));
}

/** What a file's own name says goes before its folder's, and a folder's before that around it; where they differ, a person decides. */
function joined(file: Guess, folder: Guess): Guess {
  if (folder.confidence === 'none') return file.confidence === 'none' ? NOBODY : file;
  if (file.confidence === 'none') return folder;
  const both = file.memberIds.filter((id) => folder.memberIds.includes(id));
  if (isTaken(file)) {
    if (both.length > 0) return isTaken(folder) ? { ...file, confidence: 'sure' } : file;
    if (!isTaken(folder)) return file;
    return { ...file, confidence: 'ask', doubt: 'differs', memberIds: [...file.memberIds, ...folder.memberIds] };
  }
  // «Белов» in a folder «Белов Илья»; a misspelt name in the folder of the one whom it almost means.
  if (isTaken(folder) && both.length > 0) return folder;
  if (isTaken(folder) && file.doubt === 'almost') return { ...folder, confidence: 'likely' };
  return { ...file, memberIds: both.length > 0 ? both : file.memberIds };
}

// ── order ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The moment that a phone or a messenger wrote into a name, as if it were UTC: good for order alone. null where there is none. */
export function timeInName(name: string): number | null {
  const year = /(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)/.exec(name);
  const day = year ?? /(?<!\d)([0-3]\d)[-.]([01]\d)[-.](20\d\d)/.exec(name);
  if (!day) return null;
  const [y, m, d] = year ? [day[1], day[2], day[3]] : [day[3], day[2], day[1]];
  const rest = name.slice(day.index + day[0].length);
  const clock = /^(?:[ _T,.-]{1,3}|[ _]at[ _])([0-2]\d)[-_.:]?([0-5]\d)(?:[-_.:]?([0-5]\d))?/.exec(rest);
  if (Number(m) < 1 || Number(m) > 12 || Number(d) < 1) return null;
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(clock?.[1] ?? 0), Number(clock?.[2] ?? 0), Number(clock?.[3] ?? 0)); // prettier-ignore
}

const natural = new Intl.Collator('ru', { numeric: true, sensitivity: 'base' });
/** A name that a machine made up says nothing about order. */
const isMadeUp = (name: string) => /^[0-9a-f_-]{16,}$/i.test(withoutEnding(name));

/** Pages of one work, as they follow each other: by numbers («стр 2» before «стр 10»), by the time in their names, by the disk's. */
export function inOrder<F extends Pick<FoundFile, 'name' | 'modifiedAt' | 'folders'>>(files: readonly F[]): F[] {
  const keyed = files.map((file) => {
    const time = timeInName(file.name);
    // Names that a person gave first, then those with a time in them, then made-up ones: within each kind there is one order.
    const kind = time !== null ? 1 : isMadeUp(file.name) ? 2 : 0;
    return { file, name: file.name, folder: file.folders.join('/'), kind, time: time ?? 0, at: file.modifiedAt ?? 0 };
  });
  type Keyed = (typeof keyed)[0];
  const byName = (a: Keyed, b: Keyed) =>
    natural.compare(a.name, b.name) || (a.name < b.name ? -1 : Number(a.name > b.name));
  keyed.sort((a, b) => {
    const apart = (a.folder === b.folder ? 0 : natural.compare(a.folder, b.folder)) || a.kind - b.kind;
    if (apart !== 0) return apart;
    if (a.kind === 1) return a.time - b.time || byName(a, b);
    return a.kind === 2 ? a.at - b.at || byName(a, b) : byName(a, b) || a.at - b.at;
  });
  return keyed.map(({ file }) => file);
}
