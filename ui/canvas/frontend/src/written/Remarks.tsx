/** What is to be said of a text, each with a button that leads to its line. */
import { SEVERITY } from "../appearance";
import { Icon } from "../Icon";
import type { Remark } from "../protocol";

const MOST = 100;

export function Remarks({ remarks, onGo }: { remarks: readonly Remark[]; onGo(remark: Remark): void }) {
  if (remarks.length === 0) return null;
  return (
    <ul className="cb-remarks" aria-label="Problems of this text" data-testid="text-remarks">
      {remarks.slice(0, MOST).map((remark, place) => {
        const look = SEVERITY[remark.severity];
        return (
          <li key={place} className={`cb-remark cb-tone-${look.tone}`}>
            <Icon name={look.icon} />
            <button type="button" className="cb-link" onClick={() => onGo(remark)}>Line {remark.line}<span className="cb-hidden">, column {remark.column}</span></button>
            <p><span className="cb-hidden">{look.word}: </span>{remark.message} {remark.hint && <span className="cb-remark-hint">{remark.hint}</span>}</p>
          </li>
        );
      })}
      {remarks.length > MOST && <li className="cb-remark"><p>And {remarks.length - MOST} more.</p></li>}
    </ul>
  );
}
