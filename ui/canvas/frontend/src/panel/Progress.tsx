/** How a node did in the last run, in one line. */
import { count, duration, rowsInWords, STATUS } from "../appearance";
import { usePart } from "../context";
import { Icon } from "../Icon";

export function Progress({ id }: { id: string }) {
  const status = usePart((state) => state.status[id]);
  if (!status) return null;
  const look = STATUS[status.status];
  const { rows_in, rows_out } = status;
  const figures = [
    rows_in !== null && rows_out !== null ? `${count(rows_in)} → ${count(rows_out)} rows` : rowsInWords(status),
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
