/**
 * This teacher's devices on each server, and the one-time code that lets a further one in. Promises: a device that is
 * disconnected is out at once; a code is asked for only by a press, shown with the time it has left, and good for one device.
 */
import { Button, CopyButton, Modal } from '@mantine/core';
import { IconDeviceLaptop, IconPlugConnected, IconServerOff } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { codeOf, type ErrorCode } from '../../core/errors.ts';
import type { DeviceCode, Devices as DeviceList } from '../../core/wire.ts';
import { formatDateTime } from '../../ui/format.ts';
import { useLanguage } from '../../ui/language.tsx';
import { useHub } from '../desktop.tsx';
import { useClasses, type OpenServer } from '../frame/classes.tsx';
import { EmptyState } from '../frame/EmptyState.tsx';
import { ErrorNotice, Notice } from '../frame/Notice.tsx';
import { Screen, Section } from '../frame/Screen.tsx';
import { routes } from '../routes.ts';
import { bestAddress, codeShown, shownAddress } from '../lesson/addresses.ts';
import { useTexts } from '../texts/texts.ts';
import classes from './Devices.module.css';

/** While a code is shown, a new device is looked for this often. */
export const DEVICE_POLL_MS = 3_000;

type Device = DeviceList['devices'][number];

export function Devices() {
  const t = useTexts();
  const { servers, isLoaded } = useClasses();
  if (!isLoaded) return null;
  return (
    <Screen
      title={t.devices.title}
      lead={t.devices.intro}
      width="narrow"
      actions={
        <Button component={Link} href={routes.portfolio()} variant="default">
          {t.portfolio.toScreen}
        </Button>
      }
    >
      {servers.length === 0 && <EmptyState icon={IconServerOff} title={t.devices.empty} />}
      {servers.map((server) => (
        <ServerDevices key={server.server.serverId} server={server} isOnly={servers.length === 1} />
      ))}
    </Screen>
  );
}

function ServerDevices({ server: { server, store, connection }, isOnly }: { server: OpenServer; isOnly: boolean }) {
  const t = useTexts();
  const language = useLanguage();
  const isOnline = connection?.state === 'online' || connection?.state === 'updating';
  const [devices, setDevices] = useState<readonly Device[] | null>(null);
  const [code, setCode] = useState<ErrorCode | null>(null);
  const [revoking, setRevoking] = useState<Device | null>(null);
  const [isConnecting, setConnecting] = useState(false);
  const load = useCallback(
    () =>
      store.hub.devices().then(
        (list) => {
          setDevices(list);
          setCode(null);
        },
        (error: unknown) => setCode(codeOf(error)),
      ),
    [store],
  );
  useEffect(() => {
    if (isOnline) void load();
  }, [isOnline, load]);
  const revoke = async (device: Device) => {
    setRevoking(null);
    try {
      await store.hub.revokeDevice(device.deviceId);
      await load();
    } catch (error) {
      setCode(codeOf(error));
    }
  };
  return (
    <Section
      title={isOnly ? server.hubName : t.devices.server(server.hubName)}
      aside={
        <Button
          disabled={!isOnline}
          leftSection={<IconPlugConnected size={18} stroke={1.6} aria-hidden />}
          onClick={() => setConnecting(true)}
        >
          {t.devices.connect}
        </Button>
      }
    >
      {code && <ErrorNotice code={code} />}
      {!isOnline && devices === null && <Notice>{t.devices.offline}</Notice>}
      {devices && (
        <ul className={classes.list}>
          {devices.map((device) => (
            <li key={device.deviceId} className={classes.device}>
              <IconDeviceLaptop className={classes.icon} size={22} stroke={1.5} aria-hidden />
              <div className={classes.text}>
                <p className={classes.name}>
                  {device.name}
                  {device.current && <span className={classes.current}>{t.devices.current}</span>}
                </p>
                <p className={classes.facts}>
                  {t.devices.added(formatDateTime(language, device.addedAt))}
                  {!device.current &&
                    ` · ${device.seenAt === null ? t.devices.never : t.devices.seen(formatDateTime(language, device.seenAt))}`}
                </p>
              </div>
              {!device.current && (
                <Button
                  variant="default"
                  size="sm"
                  disabled={!isOnline}
                  aria-label={t.devices.revokeNamed(device.name)}
                  onClick={() => setRevoking(device)}
                >
                  {t.devices.revoke}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {isConnecting && (
        <ConnectDevice
          server={{ server, store }}
          known={devices}
          onNew={() => void load()}
          onClose={() => setConnecting(false)}
        />
      )}
      {revoking && (
        <Modal opened onClose={() => setRevoking(null)} title={t.devices.revokeTitle(revoking.name)}>
          <p className={classes.asking}>{t.devices.revokeText}</p>
          <div className={classes.answers}>
            <Button variant="default" data-autofocus onClick={() => setRevoking(null)}>
              {t.devices.cancel}
            </Button>
            <Button color="red" onClick={() => void revoke(revoking)}>
              {t.devices.revokeYes}
            </Button>
          </div>
        </Modal>
      )}
    </Section>
  );
}

interface ConnectDeviceProps {
  server: Pick<OpenServer, 'server' | 'store'>;
  /** Devices before this began; one more means that it worked. */
  known: readonly Device[] | null;
  onNew: () => void;
  onClose: () => void;
}

function ConnectDevice({ server: { server, store }, known, onNew, onClose }: ConnectDeviceProps) {
  const t = useTexts();
  const hub = useHub();
  const [code, setCode] = useState<DeviceCode | null>(null);
  const [error, setError] = useState<ErrorCode | null>(null);
  const [before] = useState(() => new Set(known?.map((device) => device.deviceId)));
  const [isAdded, setAdded] = useState(false);
  const now = useNow(code !== null && !isAdded);
  const ask = useCallback(() => {
    store.hub.deviceCode().then(
      (fresh) => {
        setCode(fresh);
        setError(null);
      },
      (thrown: unknown) => setError(codeOf(thrown)),
    );
  }, [store]);
  useEffect(ask, [ask]);
  useEffect(() => {
    if (code === null || isAdded) return undefined;
    const timer = setInterval(() => {
      store.hub.devices().then(
        (list) => {
          if (list.every((device) => before.has(device.deviceId))) return;
          setAdded(true);
          onNew();
        },
        () => undefined,
      );
    }, DEVICE_POLL_MS);
    return () => clearInterval(timer);
  }, [store, code, isAdded, before, onNew]);

  const address = server.kind === 'embedded' ? (bestAddress(hub.addresses)?.url ?? '') : server.url;
  const leftMs = code === null ? 0 : Math.max(0, code.expiresAt - now);
  return (
    <Modal opened onClose={onClose} title={t.devices.connect}>
      {error && <ErrorNotice code={error} />}
      {isAdded ? (
        <Notice tone="good" isLive>
          {t.devices.added1}
        </Notice>
      ) : (
        code && (
          <>
            <p className={classes.how}>{t.devices.connectHow}</p>
            <Fact label={t.devices.address} value={shownAddress(address)} copied={shownAddress(address)} />
            <Fact label={t.devices.code} value={codeShown(code.code)} copied={code.code} isLarge />
            <p className={classes.left} role="timer">
              {leftMs > 0 ? t.devices.codeLeft(minutes(leftMs)) : t.devices.codeEnded}
            </p>
            <p className={classes.facts}>{t.devices.codeHint}</p>
          </>
        )
      )}
      <div className={classes.answers}>
        {!isAdded && (error !== null || (code !== null && leftMs === 0)) && (
          <Button onClick={ask}>{t.devices.newCode}</Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t.devices.close}
        </Button>
      </div>
    </Modal>
  );
}

function Fact({
  label,
  value,
  copied,
  isLarge = false,
}: {
  label: string;
  value: string;
  copied: string;
  isLarge?: boolean;
}) {
  const t = useTexts();
  return (
    <div className={classes.fact}>
      <p className={classes.factLabel}>{label}</p>
      <div className={classes.factLine}>
        <span className={classes.factValue} data-large={isLarge || undefined}>
          {value}
        </span>
        <CopyButton value={copied}>
          {({ copied: isCopied, copy }) => (
            <Button size="compact-sm" variant="subtle" aria-label={`${t.devices.copy}: ${label}`} onClick={copy}>
              {isCopied ? t.devices.copied : t.devices.copy}
            </Button>
          )}
        </CopyButton>
      </div>
    </div>
  );
}

/** 9:05 */
const minutes = (ms: number) => {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** The time, once a second while it is on show. */
function useNow(isOn: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isOn) return undefined;
    const tick = () => setNow(Date.now());
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [isOn]);
  return now;
}
