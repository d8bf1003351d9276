/**
 * A screen that broke says so in its own place: the rail and every other screen go on, and what was written is safe on the disk. Without
 * it the whole window would be empty, and, since the place is remembered, empty again after a start.
 */
import { Button } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import { Link } from 'wouter';
import { routes } from '../routes.ts';
import { useTexts } from '../texts/texts.ts';
import { EmptyState } from './EmptyState.tsx';

interface MishapProps {
  /** Another place is another try. */
  place: string;
  children: ReactNode;
}

interface State {
  /** Where it was shown last. */
  place: string;
  isBroken: boolean;
}

export class Mishap extends Component<MishapProps, State> {
  override state: State = { place: this.props.place, isBroken: false };

  static getDerivedStateFromProps({ place }: MishapProps, state: State): State | null {
    return place === state.place ? null : { place, isBroken: false };
  }
  static getDerivedStateFromError(): Partial<State> {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <Broken onAgain={() => this.setState({ isBroken: false })} /> : this.props.children;
  }
}

function Broken({ onAgain }: { onAgain: () => void }) {
  const t = useTexts();
  return (
    <EmptyState
      icon={IconTool}
      title={t.frame.broken}
      actions={
        <>
          <Button variant="default" onClick={onAgain}>
            {t.frame.brokenAgain}
          </Button>
          <Button component={Link} href={routes.today()} variant="default">
            {t.frame.toToday}
          </Button>
        </>
      }
    >
      {t.frame.brokenMore}
    </EmptyState>
  );
}
