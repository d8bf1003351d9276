/**
 * First run: three doors, and behind each one short form. Nothing else of the app is shown until there is a server: the hub of this
 * computer, made here, one that is joined with a one-time code from the teacher's other device, or one that a portfolio brings.
 */
import { Button, UnstyledButton } from '@mantine/core';
import {
  IconArrowLeft,
  IconBriefcase2,
  IconChevronRight,
  IconDeviceDesktopPlus,
  IconServer,
} from '@tabler/icons-react';
import { useLayoutEffect, useState, type ComponentType, type ReactNode } from 'react';
import { useLanguage } from '../../ui/language.tsx';
import { useSettings } from '../desktop.tsx';
import { PortfolioIn } from '../portfolio/PortfolioIn.tsx';
import { useChoosePortfolio } from '../portfolio/portfolios.ts';
import { useTexts } from '../texts/texts.ts';
import { ConnectForm } from './ConnectForm.tsx';
import { CreateForm } from './CreateForm.tsx';
import classes from './FirstRun.module.css';

type Door = 'create' | 'connect';

/** A class that the teacher has named before there was a server to keep it. */
export interface FirstClass {
  title: string;
  teacherName: string;
}

export function FirstRun({ onFirstClass }: { onFirstClass: (first: FirstClass) => void }) {
  const t = useTexts();
  const [door, setDoor] = useState<Door | null>(null);
  const choose = useChoosePortfolio();
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        {door === null ? (
          <>
            <p className={classes.brand}>{t.app.name}</p>
            <h1 className={classes.title}>{t.firstRun.title}</h1>
            <p className={classes.lead}>{t.firstRun.lead}</p>
            <div className={classes.doors}>
              <DoorButton icon={IconDeviceDesktopPlus} title={t.firstRun.create} onClick={() => setDoor('create')}>
                {t.firstRun.createMore}
              </DoorButton>
              <DoorButton icon={IconServer} title={t.firstRun.connect} onClick={() => setDoor('connect')}>
                {t.firstRun.connectMore}
              </DoorButton>
              <DoorButton icon={IconBriefcase2} title={t.portfolio.open} onClick={() => void choose()}>
                {t.portfolio.doorMore}
              </DoorButton>
            </div>
          </>
        ) : (
          <Behind
            title={door === 'create' ? t.firstRun.create : t.firstRun.connect}
            lead={door === 'create' ? t.firstRun.createLead : t.firstRun.connectLead}
            onBack={() => setDoor(null)}
          >
            {door === 'create' ? <CreateForm onFirstClass={onFirstClass} /> : <ConnectForm />}
          </Behind>
        )}
      </div>
      <LanguageSwitch />
      <PortfolioIn />
    </main>
  );
}

interface DoorProps {
  icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  title: string;
  onClick: () => void;
  children: ReactNode;
}

function DoorButton({ icon: Icon, title, onClick, children }: DoorProps) {
  return (
    <UnstyledButton className={classes.door ?? ''} onClick={onClick}>
      <span className={classes.doorIcon} aria-hidden>
        <Icon size={28} stroke={1.5} />
      </span>
      <span className={classes.doorBody}>
        <span className={classes.doorTitle}>{title}</span>
        <span className={classes.doorText}>{children}</span>
      </span>
      <IconChevronRight size={20} className={classes.doorArrow} aria-hidden />
    </UnstyledButton>
  );
}

function Behind({
  title,
  lead,
  onBack,
  children,
}: {
  title: string;
  lead: string;
  onBack: () => void;
  children: ReactNode;
}) {
  const t = useTexts();
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onBack();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [onBack]);
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        className={classes.back ?? ''}
        leftSection={<IconArrowLeft size={16} aria-hidden />}
        onClick={onBack}
      >
        {t.firstRun.back}
      </Button>
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.lead}>{lead}</p>
      {children}
    </>
  );
}

function LanguageSwitch() {
  const t = useTexts();
  const language = useLanguage();
  const [, write] = useSettings();
  const other = language === 'ru' ? 'en' : 'ru';
  return (
    <Button variant="subtle" color="gray" size="xs" lang={other} onClick={() => write({ language: other })}>
      {t.firstRun.otherLanguage}
    </Button>
  );
}
