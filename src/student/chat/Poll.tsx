/** A poll: one press answers, another corrects or takes back; how the others answered is seen after one's own answer. */
import type { ClassView, MessageView, PollView } from '../../client/class-store.ts';
import type { MemberId } from '../../core/ids.ts';
import { useStore } from '../../ui/store.tsx';
import { Icon } from '../icons.tsx';
import { useChatTexts } from '../texts/chat-texts.tsx';

export function Poll({
  view,
  message,
  poll,
  nameOf,
}: {
  view: ClassView;
  message: MessageView;
  poll: PollView;
  nameOf: (memberId: MemberId) => string;
}) {
  const t = useChatTexts();
  const store = useStore();
  const { options, votes, isMultiple } = poll;
  const isClosed = poll.isClosed || view.classroom.channels[message.channelId]?.isArchived === true;
  const mine = options.flatMap((_text, at) => (votes[at]?.includes(view.memberId) ? [at] : []));
  const voters = new Set(votes.flat()).size;
  const isOpen = isClosed || mine.length > 0;
  const choose = (at: number) => {
    const without = mine.filter((one) => one !== at);
    const isTaken = without.length < mine.length;
    const chosen = isMultiple ? (isTaken ? without : [...mine, at]) : isTaken ? [] : [at];
    store.send(view.logId, 'vote', { messageId: message.id, options: chosen }).catch(() => undefined);
  };
  return (
    <div className="poll">
      <ul>
        {options.map((text, at) => {
          const count = votes[at]?.length ?? 0;
          return (
            <li key={at}>
              <button
                type="button"
                aria-pressed={mine.includes(at)}
                aria-disabled={isClosed || message.seq === null}
                onClick={() => !isClosed && message.seq !== null && choose(at)}
              >
                <span className={isMultiple ? 'pick many' : 'pick'}>{mine.includes(at) && <Icon name="check" />}</span>
                <span className="pick-text">{text}</span>
                {isOpen && <b>{count}</b>}
                {isOpen && <progress max={Math.max(1, voters)} value={count} aria-hidden="true" />}
              </button>
            </li>
          );
        })}
      </ul>
      {isOpen && voters > 0 ? (
        <details>
          <summary>
            {t.poll.votes(voters)}
            <span className="unseen">. {t.poll.who}</span>
          </summary>
          <dl>
            {options.map((text, at) => (
              <div key={at}>
                <dt>{text}</dt>
                <dd>{votes[at]?.map(nameOf).join(', ')}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : (
        <p className="dim">{t.poll.votes(voters)}</p>
      )}
    </div>
  );
}
