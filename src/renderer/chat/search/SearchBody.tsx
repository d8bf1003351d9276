/**
 * A field, conditions, and what was found. The keyboard stays in the field: ↑ and ↓ choose, Enter opens. Used beside a chat and
 * as a screen of its own.
 */
import { Button, CloseButton, Select } from '@mantine/core';
import { IconMoodEmpty, IconSearch } from '@tabler/icons-react';
import { useEffect, useId, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { MESSAGE_FEATURES, type Found, type MessageFeature } from '../../../client/class-store.ts';
import type { CommandId } from '../../../core/ids.ts';
import { formatDateTime } from '../../../ui/format.ts';
import { useLanguage } from '../../../ui/language.tsx';
import { DayField } from '../../assignments/DayField.tsx';
import type { OpenClass } from '../../frame/classes.tsx';
import { useNow } from '../../frame/now.ts';
import { useTexts } from '../../texts/texts.ts';
import { channelName, findChannel, madeChannels } from '../channels/channels.ts';
import { excerptOf, FOUND_STEP, groupsOf, isAsking, NOTHING_ASKED, useSearch, type Asked } from './searching.ts';
import classes from './SearchBody.module.css';

const FIELD = { size: 'xs', comboboxProps: { withinPortal: true }, clearable: true } as const;

/** What a search keeps while it is open. */
export interface Searching {
  asked: Asked;
  /** Which of those found is chosen, whatever comes above it; null: the first. */
  chosen: CommandId | null;
  limit: number;
}

export const NOT_SEARCHING: Searching = { asked: NOTHING_ASKED, chosen: null, limit: FOUND_STEP };

export interface SearchBodyProps {
  searching: Searching;
  onChange: (change: Partial<Searching>) => void;
  logs: readonly OpenClass[];
  /** The search stays in one chat: no choice of places, no headings. */
  isInChat: boolean;
  onOpen: (found: Found) => void;
  onEscape?: () => void;
  /** Stands behind the field. */
  aside?: ReactNode;
}

export function SearchBody({ searching, onChange, logs, isInChat, onOpen, onEscape, aside }: SearchBodyProps) {
  const t = useTexts();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { asked, chosen, limit } = searching;
  const answer = useSearch(asked, logs, limit);
  const groups = useMemo(() => groupsOf(answer?.found ?? []), [answer]);
  const found = groups.flatMap((group) => group.found);
  const here = Math.max(
    0,
    found.findIndex((one) => one.id === chosen),
  );
  const ask = (change: Partial<Asked>) => onChange({ asked: { ...asked, ...change }, chosen: null, limit: FOUND_STEP });

  useEffect(() => field.current?.select(), []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
    // News that push it down must not carry the list along.
  }, [chosen, answer?.asked]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0)
      onChange({ chosen: found[(here + step + found.length) % found.length]?.id ?? null });
    else if (event.key === 'Enter' && found[here]) onOpen(found[here]);
    else if (event.key === 'Escape' && onEscape) onEscape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.body}>
      <div className={classes.head}>
        <div className={classes.field}>
          <IconSearch size={18} stroke={1.7} aria-hidden />
          <input
            ref={field}
            className={classes.input}
            // Whoever opened the search is going to type.
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            role="combobox"
            aria-expanded={found.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={found.length > 0 ? `${id}-${here}` : undefined}
            aria-label={t.search.field}
            placeholder={t.search.placeholder}
            autoComplete="off"
            value={asked.text}
            onChange={(event) => ask({ text: event.currentTarget.value })}
            onKeyDown={onKeyDown}
          />
          {asked.text !== '' && (
            <CloseButton
              size={28}
              aria-label={t.search.clear}
              onClick={() => {
                ask({ text: '' });
                field.current?.focus();
              }}
            />
          )}
        </div>
        {aside}
      </div>
      <Conditions asked={asked} ask={ask} logs={logs} isInChat={isInChat} />
      <div className={classes.count} role="status">
        {answer && answer.total > 0
          ? answer.total > answer.found.length
            ? t.search.foundShown(answer.found.length, answer.total)
            : t.search.found(answer.total)
          : ''}
      </div>
      <div ref={list} className={classes.results}>
        <div role="listbox" id={`${id}-list`} aria-label={t.search.results}>
          {groups.map((group) => {
            const log = logs.find((one) => one.logId === group.logId);
            const heading = placeName(t, log, group.channelId);
            return (
              <div key={`${group.logId}/${group.channelId}`} role="group" aria-label={heading}>
                {!isInChat && (
                  <div className={classes.heading} aria-hidden>
                    {heading}
                  </div>
                )}
                {group.found.map((one) => {
                  const index = found.indexOf(one);
                  return (
                    // The field above has the keyboard; a row only answers to the pointer.
                    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                    <div
                      key={one.id}
                      id={`${id}-${index}`}
                      role="option"
                      tabIndex={-1}
                      aria-selected={index === here}
                      className={classes.row}
                      onClick={() => {
                        onChange({ chosen: one.id });
                        onOpen(one);
                      }}
                    >
                      <Row found={one} log={log} />
                    </div>
                  );
                })}
              </div>
            );
          })}
        </div>
        {answer && answer.total > answer.found.length && (
          <Button
            variant="subtle"
            size="compact-sm"
            className={classes.more ?? ''}
            onClick={() => onChange({ limit: limit + FOUND_STEP })}
          >
            {t.search.more}
          </Button>
        )}
        {answer?.total === 0 && (
          <div className={classes.nothing}>
            <IconMoodEmpty size={28} stroke={1.5} aria-hidden />
            <strong role="status">{t.search.nothing}</strong>
            <span>{t.search.nothingMore}</span>
          </div>
        )}
        {!isAsking(asked) && (
          <div className={classes.nothing}>
            <strong>{t.search.start}</strong>
            <span>{t.search.startMore}</span>
          </div>
        )}
      </div>
    </div>
  );
}

function placeName(t: ReturnType<typeof useTexts>, log: OpenClass | undefined, channelId: Found['channelId']): string {
  const { view } = log ?? {};
  const channel = view && findChannel(view, channelId);
  if (!log || !view || !channel) return log?.title ?? '';
  const name = channelName(t, view.classroom, view.memberId, channel);
  const title = log.summary.kind === 'school' ? t.school.title : log.title;
  return t.search.inClass(name, title);
}

function Row({ found, log }: { found: Found; log: OpenClass | undefined }) {
  const t = useTexts();
  const language = useLanguage();
  const now = useNow();
  const { view } = log ?? {};
  const name =
    found.by !== null && found.by === view?.memberId
      ? t.search.you
      : ((found.by && view?.classroom.members[found.by]?.name) ?? t.search.somebody);
  const files = found.files.map((file) => file.name).join(', ');
  return (
    <>
      <span className={classes.who}>
        <span className={classes.name}>{name}</span>
        <time className={classes.when} dateTime={new Date(found.at).toISOString()}>
          {formatDateTime(language, found.at, now)}
        </time>
      </span>
      {found.text !== '' && (
        <span className={classes.text}>
          {excerptOf(found.text, found.matches).map((piece, index) =>
            piece.isMatch ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
          )}
        </span>
      )}
      {files !== '' && <span className={classes.files}>{files}</span>}
    </>
  );
}

interface ConditionsProps {
  asked: Asked;
  ask: (change: Partial<Asked>) => void;
  logs: readonly OpenClass[];
  isInChat: boolean;
}

function Conditions({ asked, ask, logs, isInChat }: ConditionsProps) {
  const t = useTexts();
  const { place, by, feature, from, to } = asked;
  const wanted = place ? logs.filter((log) => log.logId === place.logId) : logs;
  const names = useMemo(() => {
    const all = wanted.flatMap((log) => Object.values(log.view?.classroom.members ?? {}));
    return [...new Set(all.filter((m) => m.state !== 'listed').map((m) => m.name))].sort((a, b) =>
      a.localeCompare(b, 'ru'),
    );
  }, [wanted]);
  const places = logs.map((log) => ({
    group: log.summary.kind === 'school' ? t.school.title : log.title,
    items: [
      { value: log.logId, label: log.summary.kind === 'school' ? t.school.title : log.title },
      ...(log.view ? madeChannels(log.view.classroom) : []).map((channel) => ({
        value: `${log.logId}/${channel.channelId}`,
        label: placeName(t, log, channel.channelId),
      })),
    ],
  }));
  return (
    <div className={classes.conditions} role="group" aria-label={t.search.filters} data-narrow={isInChat}>
      {!isInChat && (
        <Select
          {...FIELD}
          searchable
          aria-label={t.search.place}
          placeholder={t.search.anyPlace}
          data={places}
          value={place ? [place.logId, place.channelId].filter(Boolean).join('/') : null}
          onChange={(value) => {
            const [logId, channelId] = (value ?? '').split('/');
            ask({ place: value ? ({ logId, channelId: channelId ?? null } as Asked['place']) : null });
          }}
        />
      )}
      <Select
        {...FIELD}
        searchable
        aria-label={t.search.by}
        placeholder={t.search.anybody}
        data={names}
        value={by || null}
        onChange={(value) => ask({ by: value ?? '' })}
      />
      <Select
        {...FIELD}
        aria-label={t.search.kind}
        placeholder={t.search.kinds.any}
        data={MESSAGE_FEATURES.map((value) => ({ value, label: t.search.kinds[value] }))}
        value={feature}
        onChange={(value) => ask({ feature: value as MessageFeature | null })}
      />
      <div className={classes.days}>
        <label className={classes.day}>
          <span>{t.search.from}</span>
          <DayField label={t.search.from} value={from} onChange={(day) => ask({ from: day })} />
        </label>
        <label className={classes.day}>
          <span>{t.search.to}</span>
          <DayField label={t.search.to} value={to} onChange={(day) => ask({ to: day })} />
        </label>
      </div>
    </div>
  );
}
