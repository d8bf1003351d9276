/** How a demo tells its story: steps with their times, numbered pictures; a step that fails leaves pictures of every page and ends it. */
import { join } from 'node:path';

export interface Step {
  name: string;
  ok: boolean;
  ms: number;
}

/** Somebody of whose page a picture can be taken. */
interface Pictured {
  picture(path: string): Promise<unknown>;
}

export interface TellingOptions {
  /** Both are added to. */
  steps: Step[];
  faults: string[];
  /** The folder of pictures. */
  pictures: string;
  tell: (line: string) => void;
  /** Everybody who has a page by now, by what the picture of a failure is called. */
  everybody: () => readonly (readonly [label: string, who: Pictured])[];
}

export function telling({ steps, faults, pictures, tell, everybody }: TellingOptions) {
  /** A picture of a page, named after the step that is under way. */
  const picture = (who: Pictured, name: string) =>
    who.picture(join(pictures, `${String(steps.length + 1).padStart(2, '0')}-${name}.png`));
  /** @throws what the deed throws, after it has been written down */
  const step = async (name: string, deed: () => Promise<void>): Promise<void> => {
    const begunAt = performance.now();
    let ok = false;
    try {
      await deed();
      ok = true;
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
      for (const [label, who] of everybody()) await picture(who, `failed-${label}`).catch(() => undefined);
      throw error;
    } finally {
      const ms = Math.round(performance.now() - begunAt);
      steps.push({ name, ok, ms });
      tell(`${ok ? '✓' : '✗'} ${name}   ${(ms / 1000).toFixed(1)} s`);
    }
  };
  return { picture, step };
}
