/** How a node did in the last run, in one line. */
import { count, duration, STATUS } from "../appearance";
import { usePart } from "../context";
import { Icon } from "../Icon";

export function Progress({ id }: { id: string }) {
  const status = usePart((state) => state.status[id]);
  if (!status) return null;
  const look = STATUS[status.status];
  const made = status.status === "failed" ? null : status.rows_out; // of a node that failed nothing is kept
  const [came, left] = [status.rows_in, made].map((one) => (one === null ? null : count(one)));
  const figures = [
    came && left ? `${came} → ${left} rows` : left ? `${left} rows` : came ? `${came} rows in` : null,
    status.seconds === null ? null : duration(status.seconds),
  ].filter(Boolean);
  return (
    <div className={`cb-status cb-tone-${look.tone}`} role="status">
      <Icon name={look.icon} className={status.status === "running" ? "cb-spin" : ""} />
      <div>
        <strong>{look.word}</strong>
        {figures.length > 0 && <span className="cb-status-figures"> {figures.join(", ")}</span>}
        {status.message && <p className="cb-status-message">{status.message}</p>}
        {status.hint && <p className="cb-status-message cb-status-hint">{status.hint}</p>}
      </div>
    </div>
  );
}
