/**
 * How we stand with the servers, in words: one line in the rail for all of them, and a popover with each server's reason and
 * what to do. Everything works without a connection, so this never blocks and never alarms.
 */
import { Anchor, Button, Popover } from '@mantine/core';
import { IconCloud, IconCloudOff, IconLogout, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Connection } from '../../client/class-store.ts';
import { errorText } from '../../ui/error-texts.ts';
import { useLanguage } from '../../ui/language.tsx';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { useClasses, type OpenServer } from './classes.tsx';
import { GLYPH, RailButton } from './RailItem.tsx';
import classes from './Connection.module.css';

type State = Connection['state'];

/** The one that needs attention most stands for all. */
const ORDER: readonly State[] = ['signed-out', 'offline', 'updating', 'online'];
const ICONS = { online: IconCloud, updating: IconRefresh, offline: IconCloudOff, 'signed-out': IconLogout } as const;

/** How we stand with all servers together. */
export const stateOf = (servers: readonly OpenServer[]): State =>
  ORDER.find((state) => servers.some((server) => (server.connection?.state ?? 'updating') === state)) ?? 'updating';

export function ConnectionStatus({ isCollapsed }: { isCollapsed: boolean }) {
  const t = useTexts();
  const { servers } = useClasses();
  const [isOpen, setOpen] = useState(false);
  const state = stateOf(servers);
  const outbox = servers.flatMap((server) => server.outbox);
  const refused = outbox.filter((row) => row.state === 'refused').length;
  const waiting = outbox.length - refused;
  const told = [waiting > 0 && t.outbox.waiting(waiting), refused > 0 && t.outbox.refused(refused)].filter(Boolean);
  const aside =
    outbox.length === 0
      ? undefined
      : isCollapsed
        ? outbox.length
        : refused > 0
          ? t.outbox.shortRefused(refused)
          : t.outbox.short(waiting);
  const Icon = ICONS[state];
  const label = t.connection.states[state];
  return (
    <Popover opened={isOpen} onChange={setOpen} position="right-end" width={340} trapFocus returnFocus>
      <Popover.Target>
        <RailButton
          icon={<Icon {...GLYPH} />}
          label={label}
          said={told.length > 0 ? told.join(', ') : undefined}
          isCollapsed={isCollapsed}
          // What was refused waits for the teacher, not for the network.
          tone={refused > 0 ? 'bad' : state === 'online' || state === 'updating' ? undefined : 'warn'}
          aside={aside}
          onClick={() => setOpen(!isOpen)}
          aria-expanded={isOpen}
          aria-haspopup="dialog"
        />
      </Popover.Target>
      <Popover.Dropdown aria-label={t.connection.title}>
        {servers.map((server) => (
          <ServerConnection key={server.server.serverId} {...server} />
        ))}
        {told.length > 0 && (
          <p className={classes.waiting}>
            {told.join(', ')}{' '}
            <Anchor component={Link} href={routes.today()} inherit onClick={() => setOpen(false)}>
              {t.outbox.show}
            </Anchor>
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function ServerConnection({ server, connection, store }: OpenServer) {
  const t = useTexts();
  const language = useLanguage();
  const state = connection?.state ?? 'updating';
  const Icon = ICONS[state];
  const reason = connection?.code ? errorText(language, connection.code) : null;
  return (
    <section className={classes.server}>
      <div className={classes.head}>
        <Icon size={20} stroke={1.7} aria-hidden />
        <strong className={classes.name}>{server.hubName}</strong>
        <span className={classes.state}>{t.connection.states[state]}</span>
      </div>
      <p className={classes.text}>{reason ? `${reason.what} ${reason.todo}` : t.connection.explained[state]}</p>
      {(state === 'offline' || state === 'signed-out') && (
        <Button variant="default" size="xs" onClick={() => store.connectNow()}>
          {t.connection.tryNow}
        </Button>
      )}
    </section>
  );
}
