/** What the selected node found out in the latest run: key figures beside the baseline, a small plot, and the way to all of it. */
import { usePart } from "../context";
import { Icon } from "../Icon";
import type { NodeOutcome } from "../protocol";

const WORDS = { better: "better than", worse: "worse than", same: "as good as" } as const;

export function OutcomeSection({ id }: { id: string }) {
  const outcome = usePart((state) => state.status[id]?.outcome ?? null);
  const stale = usePart((state) => state.status[id]?.status === "stale");
  if (!outcome) return null;
  return (
    <section className="cb-outcome" data-testid="outcome" aria-label={`Results of run ${outcome.run}`}>
      <h3 className="cb-outcome-title">Results of run {outcome.run}{stale && <span className="cb-outcome-stale"> before the last changes</span>}</h3>
      {outcome.metrics.length > 0 && <Metrics metrics={outcome.metrics} />}
      {outcome.curve && <Curve curve={outcome.curve} />}
      {outcome.matrix && <Matrix matrix={outcome.matrix} />}
      {outcome.notes.map((note) => <p key={note} className="cb-hint">{note}</p>)}
      <a className="cb-link" href={addressOf(outcome.page)} data-testid="outcome-page"><Icon name="open_in_new" />{outcome.page.label}</a>
    </section>
  );
}

function addressOf({ path, label: _label, ...asked }: NodeOutcome["page"]): string {
  return `${path}?${new URLSearchParams(asked as { [name: string]: string }).toString()}`;
}

function Metrics({ metrics }: { metrics: NodeOutcome["metrics"] }) {
  const based = metrics.some((one) => one.baseline !== null);
  return (
    <table className="cb-metrics">
      <thead><tr><th scope="col">Metric</th><th scope="col">Model</th>{based && <th scope="col">Baseline</th>}</tr></thead>
      <tbody>
        {metrics.map((one) => (
          <tr key={one.label}>
            <th scope="row">{one.label}</th>
            <td className="cb-metric-value">{one.value}</td>
            {based && (
              <td title={one.baseline === null ? undefined : `${one.difference}: ${WORDS[one.is]} the baseline`}>
                {one.baseline ?? "–"}
                {one.baseline !== null && (
                  <span className={`cb-metric-is cb-tone-${one.is === "better" ? "good" : one.is === "worse" ? "bad" : "quiet"}`}>
                    <Icon name={one.is === "better" ? "check" : one.is === "worse" ? "close" : "remove"} /><span className="cb-hidden">{WORDS[one.is]} the baseline</span>
                  </span>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SIDE = 100;

/** A line in the unit square; the dotted one is chance. */
function Curve({ curve }: { curve: NonNullable<NodeOutcome["curve"]> }) {
  const path = curve.points.map(([x, y], place) => `${place === 0 ? "M" : "L"}${(x * SIDE).toFixed(1)} ${((1 - y) * SIDE).toFixed(1)}`).join(" ");
  const chance = curve.title.startsWith("ROC");
  return (
    <figure className="cb-curve">
      <figcaption>{curve.title}</figcaption>
      <svg viewBox={`-1 -1 ${SIDE + 2} ${SIDE + 2}`} role="img" aria-label={`${curve.title}: ${curve.up} over ${curve.across}`}>
        <rect x="0" y="0" width={SIDE} height={SIDE} className="cb-curve-frame" />
        {chance && <path d={`M0 ${SIDE} L${SIDE} 0`} className="cb-curve-chance" />}
        <path d={path} className="cb-curve-line" />
      </svg>
      <span className="cb-curve-axis">{curve.up} over {curve.across}</span>
    </figure>
  );
}

function Matrix({ matrix }: { matrix: NonNullable<NodeOutcome["matrix"]> }) {
  return (
    <table className="cb-matrix" aria-label="Confusion matrix: actual classes in rows, predicted ones in columns">
      <caption>Rows: what was. Columns: what was predicted.</caption>
      <thead><tr><td />{matrix.labels.map((label) => <th key={label} scope="col" className="cb-clip" title={label}>{label}</th>)}</tr></thead>
      <tbody>
        {matrix.counts.map((row, place) => {
          const most = Math.max(1, row.reduce((sum, one) => sum + one, 0));
          return (
            <tr key={matrix.labels[place]}>
              <th scope="row" className="cb-clip" title={matrix.labels[place]}>{matrix.labels[place]}</th>
              {row.map((one, column) => (
                <td key={matrix.labels[column]} style={{ "--cb-share": `${Math.round((100 * one) / most)}%` } as React.CSSProperties}>{one.toLocaleString("en-US")}</td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
