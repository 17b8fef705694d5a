/** What a node took in the last run, beside the time before and its best. */
import { usePart } from "../context";
import { drawnAs } from "../board/nodes/drawn";
import { Icon } from "../Icon";
import type { Figures, GraphNode, History } from "../protocol";
import { bars } from "./bars";
import { figureRows } from "./figures";
import { Progress } from "./Progress";

const WIDTH = 240;
const HEIGHT = 36;

export function StatisticsTab({ node }: { node: GraphNode }) {
  const history = usePart((state) => (state.looking && state.history === null ? undefined : state.history));
  const drawn = usePart((state) => drawnAs(state.specs.get(node.component)));
  if (history === undefined) return <p className="cb-hint" role="status">Looking at the last runs…</p>;
  if (!history) return drawn ? null : <p className="cb-hint">This node has not run yet. Run the pipeline, or run to here, to see what it takes.</p>;
  return (
    <div data-testid="statistics">
      <Progress id={node.id} />
      {history.words.map((text) => <p key={text} className="cb-told">{text}</p>)}
      <Table history={history} />
      <Times history={history} />
    </div>
  );
}

function Table({ history }: { history: History }) {
  const { last, previous, best } = history;
  const others = [previous, best].filter((run): run is Figures => run !== null && run.run !== last.run);
  const runs = [last, ...others.filter((run, place) => others.findIndex((one) => one.run === run.run) === place)];
  return (
    <div className="cb-grid-frame" tabIndex={0} role="region" aria-label="Figures of this node">
      <table className="cb-grid cb-figures">
        <thead>
          <tr><th scope="col"><span className="cb-hidden">Figure</span></th>{runs.map((run) => <Head key={run.run} run={run} history={history} />)}</tr>
        </thead>
        <tbody>
          {figureRows(runs).map((row) => (
            <tr key={row.label}>
              <th scope="row" title={row.about}>{row.label}</th>
              {row.cells.map((cell, place) => <td key={place}>{cell ?? "–"}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ run, history }: { run: Figures; history: History }) {
  const words = [
    run === history.last && "last",
    run.run === history.previous?.run && "before",
    run.run === history.best?.run && "fastest",
  ].filter(Boolean);
  return (
    <th scope="col">
      Run {run.run}
      <span className="cb-figures-what">{run.cached && <Icon name="bolt" />}{run.cached ? "reused" : words.join(", ")}</span>
    </th>
  );
}

/** How long it took each time: whether it grows can be seen. */
function Times({ history }: { history: History }) {
  if (history.times.length < 3) return null;
  const seconds = history.times.map(([, took]) => took);
  const [first] = history.times[0]!;
  const [final] = history.times.at(-1)!;
  return (
    <section>
      <h3 className="cb-section">How long it took</h3>
      <svg className="cb-histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
        aria-label={`Seconds in run ${first} to ${final}: ${seconds.map((one) => one.toFixed(2)).join(", ")}`}>
        {bars(seconds, WIDTH, HEIGHT).map((bar, place) => <rect key={place} {...bar} />)}
      </svg>
      <div className="cb-ends" aria-hidden="true"><span>run {first}</span><span>run {final}</span></div>
    </section>
  );
}
