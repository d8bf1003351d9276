/** What the story's teacher did, written down before each crash by the story itself: what the app shows afterwards is held against it. */
import { appendFileSync } from 'node:fs';

export interface Reviewed {
  title: string;
  name: string;
  mark: string;
  comment: string;
}
/** A review as the app shows it. */
export interface Shown {
  name: string;
  mark: string;
}

export class Journal {
  readonly reviews: Reviewed[] = [];
  readonly messages: string[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  note(kind: 'review', what: Reviewed): void;
  note(kind: 'message', what: { text: string }): void;
  note(kind: 'review' | 'message', what: Reviewed | { text: string }): void {
    if (kind === 'review') this.reviews.push(what as Reviewed);
    else this.messages.push((what as { text: string }).text);
    appendFileSync(this.file, `${JSON.stringify({ kind, ...what })}\n`);
  }

  /** What the journal has of a class and the app does not show, or shows otherwise. */
  compare(shown: readonly Shown[], title: string): string[] {
    return this.reviews
      .filter((review) => review.title === title)
      .flatMap(({ name, mark }) => {
        const own = shown.find((one) => one.name === name);
        if (!own) return [`after a crash the mark of a work in ${title} is gone`];
        return own.mark === mark
          ? []
          : [`after a crash the work of ${name} in ${title} shows ${own.mark || 'nothing'} for ${mark}`];
      });
  }
}
