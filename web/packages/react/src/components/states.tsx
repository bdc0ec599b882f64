/** What stands in the place of the list where there is none. */
import type { ReactNode } from "react";
import { useEnvironment } from "../hooks/provider.tsx";
import { isExpired, requestIdOf, saidOf } from "../logic/failure.ts";
import { Icon } from "./icon.tsx";
import { Button } from "./parts.tsx";

const SKELETON_ROWS = 3;

/** Pins of a lock at the line where it decides, one of them out of line. */
function Pins(): ReactNode {
  const drops = [14, 8, 20, 4, 12, 17, 9];
  return (
    <svg className="shl-art" viewBox="0 0 184 64" aria-hidden="true">
      <path className="shl-art-line" d="M0 32.75h184" />
      {drops.map((drop, at) => {
        const x = 14 + at * 24;
        const isOut = at === 3;
        const line = isOut ? 42 : 31;
        return (
          <g key={x}>
            <rect className="shl-art-driver" x={x} y={line - 22} width="12" height="21" rx="2" />
            <rect
              className={isOut ? "shl-art-out" : "shl-art-pin"}
              x={x}
              y={line + 3}
              width="12"
              height={10 + drop / 2}
              rx="2"
            />
          </g>
        );
      })}
    </svg>
  );
}

export function Empty({ owner, onCreate }: { owner: string; onCreate: (() => void) | undefined }): ReactNode {
  const texts = useEnvironment().messages.states;
  return (
    <div className="shl-state">
      <Pins />
      <h3>{texts.emptyTitle}</h3>
      <p>{onCreate === undefined ? texts.nothingToSee : texts.emptyLead(owner)}</p>
      {onCreate !== undefined && (
        <Button look="primary" icon="plus" onClick={onCreate}>
          {texts.emptyAction}
        </Button>
      )}
    </div>
  );
}

export function NoMatch({ onClear }: { onClear: () => void }): ReactNode {
  const { states, filters } = useEnvironment().messages;
  return (
    <div className="shl-state">
      <h3>{states.noMatchTitle}</h3>
      <p>{states.noMatchLead}</p>
      <Button onClick={onClear}>{filters.clear}</Button>
    </div>
  );
}

export function Failed({ failure, onRetry }: { failure: unknown; onRetry: () => void }): ReactNode {
  const { states, failure: texts } = useEnvironment().messages;
  const isOver = isExpired(failure);
  const id = requestIdOf(failure);
  return (
    <div className="shl-state" role="alert">
      <span className={isOver ? "shl-state-icon" : "shl-state-icon shl-bad"}>
        <Icon name={isOver ? "lock" : "warn"} />
      </span>
      <h3>{isOver ? states.expiredTitle : states.failedTitle}</h3>
      <p>{isOver ? states.expiredLead : `${states.failedLead} ${saidOf(failure, texts)}`}</p>
      <Button icon="rotating" onClick={onRetry}>
        {states.retry}
      </Button>
      {id !== undefined && !isOver && (
        <small>
          <code dir="ltr">{states.request(id)}</code>
        </small>
      )}
    </div>
  );
}

/** Rows in their real places; seen only by who waits long. */
export function Skeleton(): ReactNode {
  const { messages } = useEnvironment();
  return (
    <div className="shl-skel" role="status">
      <span className="shl-vh">{messages.loading}</span>
      {Array.from({ length: SKELETON_ROWS }, (_, at) => (
        <div key={at} aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
