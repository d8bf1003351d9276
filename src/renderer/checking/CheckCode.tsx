/**
 * «Проверить код сдачи»: a pupil shows or dictates the code that he got when he handed in; the teacher sees whose work it is, which
 * attempt, which files, when by the hub's clock, and whether the code follows from them; or why there is no such code. Works without a
 * network, on the teacher's own logs. A file dropped here is compared with those handed in.
 */
import { Button, TextInput } from '@mantine/core';
import { IconFileSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { readReceipt, type ReadReceipt } from '../../core/receipt.ts';
import { formatDateTime, formatSize } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { ClassScope, useClasses, type OpenClass } from '../frame/classes.tsx';
import { useFileDrop } from '../frame/file-drop.ts';
import { FileChip } from '../frame/FileChip.tsx';
import { Notice } from '../frame/Notice.tsx';
import { Screen } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { COMPARED_BYTES_MAX, compareWith, followsFrom, worksNearly, worksOfCode } from './works-by-code.ts';
import type { Compared, FoundWork } from './works-by-code.ts';
import classes from './CheckCode.module.css';

/** @param code what the field begins with */
export function CheckCode({ code }: { code: string }) {
  const t = useTexts();
  const { classes: all, isLoaded } = useClasses();
  const [typed, setTyped] = useState(code);
  /** Enter was pressed on what is no code yet: from then on the field says what is missing. */
  const [isAsked, setAsked] = useState(code !== '');
  if (!isLoaded) return null;
  const read = readReceipt(typed);
  const found = read.is === 'code' ? worksOfCode(all, read.code) : [];
  // Too much can only be wrong; too little, or nothing, is a code that is still being typed.
  const isWrong = read.is === 'odd' || read.is === 'long' || (isAsked && read.is === 'short');
  return (
    <Screen title={t.checking.title} lead={t.checking.lead} width="narrow">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
        }}
      >
        <TextInput
          label={t.checking.code}
          description={t.checking.codeHint}
          placeholder="7KQ4M-2XW9T"
          data-autofocus
          // The screen is nothing but this question.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          autoComplete="off"
          spellCheck={false}
          size="lg"
          classNames={{ input: classes.code ?? '' }}
          value={typed}
          error={isWrong ? wrong(t, read) : undefined}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAsked(false);
          }}
        />
      </form>
      <div role="status" className={classes.answer}>
        {found.map((work) => {
          const openClass = all.find(({ logId }) => logId === work.logId);
          return openClass && <Right key={work.attempt.id} work={work} openClass={openClass} />;
        })}
        {found.length === 0 && read.is !== 'empty' && (
          <Unknown read={read} classes={all} isWhole={read.is === 'code'} onMeant={setTyped} />
        )}
      </div>
    </Screen>
  );
}

function wrong(t: ReturnType<typeof useTexts>, read: ReadReceipt): string {
  if (read.is === 'odd') return t.checking.odd(read.odd);
  if (read.is === 'short') return t.checking.short(read.signs.length);
  return read.is === 'long' ? t.checking.long(read.signs.length) : '';
}

/** No such code here: what may be the matter, and the codes that differ from it by one slip. */
function Unknown({
  read,
  classes: all,
  isWhole,
  onMeant,
}: {
  read: ReadReceipt;
  classes: readonly OpenClass[];
  isWhole: boolean;
  onMeant: (code: string) => void;
}) {
  const t = useTexts();
  const language = useLanguage();
  const { servers } = useClasses();
  const signs = read.is === 'code' ? read.code : 'signs' in read ? read.signs : '';
  const near = signs === '' ? [] : worksNearly(all, signs);
  const isBehind =
    servers.some(({ connection }) => connection?.state !== 'online') || all.some(({ summary }) => !summary.isCurrent);
  if (near.length > 0)
    return (
      <Notice
        tone="warn"
        title={t.checking.near}
        actions={near.map((work) => (
          <Button key={work.attempt.id} variant="default" onClick={() => onMeant(work.attempt.receipt)}>
            {work.attempt.receipt}
          </Button>
        ))}
      >
        {near.map((work) => (
          <p key={work.attempt.id} className={classes.line}>
            {t.checking.nearWork(
              work.attempt.receipt,
              work.memberName,
              work.assignmentTitle,
              formatDateTime(language, work.attempt.at),
            )}
          </p>
        ))}
      </Notice>
    );
  if (!isWhole) return null;
  return (
    <Notice tone="bad" title={t.checking.unknown}>
      <p className={classes.line}>{t.checking.unknownWhy}</p>
      <ul className={classes.reasons}>
        {isBehind && <li>{t.checking.behind}</li>}
        {t.checking.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </Notice>
  );
}

function Right({ work, openClass }: { work: FoundWork; openClass: OpenClass }) {
  const t = useTexts();
  const language = useLanguage();
  const { attempt, later } = work;
  const doesFollow = useFollows(attempt);
  if (doesFollow === null) return null;
  const facts: readonly (readonly [string, string])[] = [
    [t.checking.facts.student, work.memberName],
    [t.checking.facts.class, work.classTitle],
    [t.checking.facts.assignment, work.assignmentTitle],
    [t.checking.facts.attempt, String(attempt.attempt)],
    [t.checking.facts.at, `${formatDateTime(language, attempt.at)}${attempt.late ? ` (${t.assignments.late})` : ''}`],
    ...(work.together.length > 0 ? [[t.checking.facts.together, work.together.join(', ')] as const] : []),
  ];
  return (
    <Notice
      tone={doesFollow ? 'good' : 'bad'}
      title={doesFollow ? t.checking.right(attempt.receipt) : t.checking.mismatch(attempt.receipt)}
      actions={
        <Button component={Link} variant="default" href={routes.review(work.logId, work.assignmentId, work.memberId)}>
          {t.checking.openWork}
        </Button>
      }
    >
      {!doesFollow && <p className={classes.line}>{t.checking.mismatchMore}</p>}
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value || '—'}</dd>
          </div>
        ))}
      </dl>
      {attempt.brought && <p className={classes.line}>{t.checking.brought}</p>}
      {later && (
        <p className={classes.line}>
          {t.checking.later(later.attempt, formatDateTime(language, later.at), later.receipt)}
        </p>
      )}
      {attempt.files.length === 0 ? (
        <p className={classes.line}>{t.checking.noFiles}</p>
      ) : (
        <>
          <p className={classes.line}>{t.checking.files(attempt.files.length)}</p>
          <ClassScope openClass={openClass}>
            <div className={classes.files}>
              {attempt.files.map((file) => (
                <div key={file.fileId}>
                  <FileChip file={file} />
                  <p className={classes.bytes}>{t.checking.bytes(file.sizeBytes)}</p>
                </div>
              ))}
            </div>
          </ClassScope>
          <Comparison key={attempt.id} work={work} />
        </>
      )}
    </Notice>
  );
}

/** null while it is being worked out. */
function useFollows(attempt: FoundWork['attempt']): boolean | null {
  const [known, setKnown] = useState<{ attempt: typeof attempt; doesFollow: boolean } | null>(null);
  useEffect(() => {
    let isGone = false;
    void followsFrom(attempt).then((doesFollow) => isGone || setKnown({ attempt, doesFollow }));
    return () => {
      isGone = true;
    };
  }, [attempt]);
  return known?.attempt.id === attempt.id ? known.doesFollow : null;
}

function Comparison({ work: { attempt } }: { work: FoundWork }) {
  const t = useTexts();
  const language = useLanguage();
  const chooser = useRef<HTMLInputElement>(null);
  const [compared, setCompared] = useState<{ name: string; result: Compared | null } | null>(null);
  /** The last file brought: an answer about one before it is not shown. */
  const turn = useRef(0);
  const compare = async ([file]: readonly File[]) => {
    if (!file) return;
    const mine = ++turn.current;
    setCompared({ name: file.name, result: null });
    const result = await compareWith(attempt.files, file);
    if (turn.current === mine) setCompared({ name: file.name, result });
  };
  const drop = useFileDrop((files) => void compare(files));
  const { name = '', result } = compared ?? {};
  return (
    <div className={classes.compare} data-over={drop.isOver || undefined} {...drop.handlers}>
      <div className={classes.compareAsk}>
        <span>{t.checking.compare}</span>
        <Button
          variant="default"
          leftSection={<IconFileSearch size={18} stroke={1.7} aria-hidden />}
          onClick={() => chooser.current?.click()}
        >
          {t.checking.choose}
        </Button>
      </div>
      <input
        ref={chooser}
        type="file"
        hidden
        aria-label={t.checking.choose}
        onChange={(event) => {
          void compare([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      {compared && !result && <p className={classes.line}>{t.checking.comparing(name)}</p>}
      {result?.is === 'same' && (
        <Notice tone="good" title={t.checking.same(name)}>
          {t.checking.sameMore(result.file.name, formatDateTime(language, attempt.at))}
        </Notice>
      )}
      {result?.is === 'other' && (
        <Notice tone="warn" title={t.checking.other(name)}>
          {t.checking.otherMore}
        </Notice>
      )}
      {result?.is === 'too-large' && (
        <Notice tone="info" title={t.checking.tooLarge(name)}>
          {t.checking.tooLargeMore(formatSize(language, COMPARED_BYTES_MAX))}
        </Notice>
      )}
      {result?.is === 'unreadable' && <Notice tone="bad" title={t.checking.unreadable(name)} />}
    </div>
  );
}
