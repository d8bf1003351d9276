/** «Принять работы» of an assignment: the button that asks for a folder or files, a place to drop them, and what follows. */
import { Button, Menu } from '@mantine/core';
import { IconFileZip, IconFolderOpen, IconInbox } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { Assignment } from '../../core/classroom.ts';
import type { Intake } from '../../preload/contract.ts';
import { useDesktop } from '../desktop.tsx';
import { useFailure } from '../frame/failure.ts';
import { useFileDrop } from '../frame/file-drop.ts';
import { useTexts } from '../texts/texts.ts';
import { IntakeDialog } from './IntakeDialog.tsx';
import classes from './TakeIn.module.css';

export interface TakingIn {
  isLooking: boolean;
  choose: (what: 'folder' | 'files') => void;
  drop: ReturnType<typeof useFileDrop>;
  /** The dialog, while there is one. */
  dialog: ReactNode;
}

/** @param isOff the assignment takes no works now */
export function useTakeIn(assignment: Assignment | undefined, isOff: boolean): TakingIn {
  const { call, lookInto } = useDesktop();
  const failed = useFailure();
  const [isLooking, setLooking] = useState(false);
  const [intake, setIntake] = useState<Intake | null>(null);
  const look = async (ask: () => Promise<Intake | null>) => {
    setLooking(true);
    try {
      const found = await ask();
      if (found) setIntake(found);
    } catch (error) {
      failed(error);
    } finally {
      setLooking(false);
    }
  };
  return {
    isLooking,
    choose: (what) => void look(() => call('intake.choose', { what })),
    drop: useFileDrop((files) => void look(() => lookInto(files)), {
      isOff: isOff || isLooking || intake !== null,
      takesFolders: true,
    }),
    dialog: intake && assignment && (
      <IntakeDialog key={intake.intakeId} assignment={assignment} intake={intake} onClose={() => setIntake(null)} />
    ),
  };
}

export function TakeInButton({ isLooking, choose }: TakingIn) {
  const t = useTexts();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" loading={isLooking} leftSection={<IconInbox size={18} stroke={1.7} aria-hidden />}>
          {t.intake.open}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFolderOpen size={16} stroke={1.7} aria-hidden />} onClick={() => choose('folder')}>
          {t.intake.fromFolder}
        </Menu.Item>
        <Menu.Item leftSection={<IconFileZip size={16} stroke={1.7} aria-hidden />} onClick={() => choose('files')}>
          {t.intake.fromFiles}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Over a place while files hang over it. */
export function DropHint({ children }: { children: ReactNode }) {
  return (
    <div className={classes.hint} aria-hidden>
      <IconInbox size={28} stroke={1.6} />
      {children}
    </div>
  );
}
