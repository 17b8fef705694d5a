/** A node as a row: what it is, what feeds it, what it does here, and how it is getting on. */
import { memo } from "react";
import { duration, hueOf, STATUS } from "../appearance";
import { usePart } from "../context";
import { Badge, problemsOf, rowsInWords } from "../board/NodeCard";
import { drawnAs } from "../board/nodes/drawn";
import { textOf } from "../board/nodes/paint";
import { Icon } from "../Icon";
import { partOf, type Part } from "../model/switching";
import type { GraphNode, NodeStatus } from "../protocol";
import type { Row } from "./order";

export interface RowDoes {
  onPick(id: string, event: React.MouseEvent): void;
  onFold(id: string, close: boolean): void;
  onOpen(id: string): void;
}

interface Props {
  row: Row;
  node: GraphNode;
  /** What feeds it, by title. */
  from: string;
  /** The row above: what only it feeds needs no telling, except aloud. */
  before: string | null;
  active: boolean;
  selected: boolean;
  does: RowDoes;
}

const sameRow = (a: Props, b: Props): boolean =>
  a.node === b.node && a.from === b.from && a.active === b.active && a.selected === b.selected && a.before === b.before && JSON.stringify(a.row) === JSON.stringify(b.row);

export const RowItem = memo(Item, sameRow);

function Item({ row, node, from, before, active, selected, does }: Props) {
  const spec = usePart((state) => state.specs.get(node.component));
  const status = usePart((state) => state.status[row.id]);
  const problems = usePart((state) => problemsOf(state.problems, row.id));
  const facts = usePart((state) => state.facts[row.id]);
  const part = partOf(node, spec, facts);
  const drawn = drawnAs(spec);
  const title = drawn === "frame" ? textOf(node.params["title"]) || node.title || spec?.title || node.component : (node.title ?? spec?.title ?? node.component);
  const words = drawn === "note" ? textOf(node.params["text"]) : spec ? facts?.summary || spec.about : `Unknown component “${node.component}”`;
  const near = row.from.length === 1 && row.from[0] === before;
  return (
    <div
      role="treeitem"
      className={`cb-line${drawn ? ` cb-line-${drawn}` : ""}${node.disabled ? " cb-line-off" : ""}`}
      data-node={row.id}
      data-testid={`row-${row.id}`}
      tabIndex={active ? 0 : -1}
      aria-selected={selected}
      aria-level={row.level}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-expanded={row.open ?? undefined}
      style={{ "--cb-hue": hueOf(spec?.category ?? ""), "--cb-level": row.level - 1 } as React.CSSProperties}
      onClick={(event) => does.onPick(row.id, event)}
      onDoubleClick={() => !drawn && does.onOpen(row.id)}
    >
      <span className="cb-line-step">
        {row.open !== null ? (
          <span className="cb-line-fold" onClick={(event) => { event.stopPropagation(); does.onFold(row.id, row.open === true); }}><Icon name="chevron_right" /></span>
        ) : row.step}
      </span>
      <span className="cb-swatch"><Icon name={spec?.icon || "help"} /></span>
      <span className="cb-line-words">
        <span className="cb-line-title cb-clip" title={title}>{title}<Aside text={drawn === "frame" ? ". Group" : drawn === "note" ? ". Note" : ""} /></span>
        {words && drawn !== "frame" && <span className="cb-line-summary cb-clip" title={words}><Aside text=". " />{words}</span>}
        {from && <span className={near ? "cb-hidden" : "cb-line-from cb-clip"}><Aside text=". After " />{!near && <Icon name="subdirectory_arrow_right" />}{from}</span>}
      </span>
      {!drawn && (part ? <Apart part={part} /> : <State status={status} gives={spec?.outputs.some((port) => port.kind === "table") ?? true} />)}
      <Badge problems={problems} />
    </div>
  );
}

/** Only said, not shown: what the look of a row tells anyhow. */
const Aside = ({ text }: { text: string }) => (text ? <span className="cb-hidden">{text}</span> : null);

/** What a switch makes of a node that does not run. */
function Apart({ part }: { part: Part }) {
  return <span className="cb-line-state cb-tone-quiet" title={part.about}><Aside text=". " /><Icon name={part.icon} /><span className="cb-node-word">{part.word}</span><Aside text={`: ${part.why}`} /></span>;
}

function State({ status, gives }: { status: NodeStatus | undefined; gives: boolean }) {
  if (!status) return <span className="cb-line-state cb-tone-quiet"><Aside text=". " />Not run yet</span>;
  const look = STATUS[status.status];
  const figures = [rowsInWords(status, gives), status.seconds === null ? null : duration(status.seconds)].filter(Boolean).join(", ");
  return (
    <span className={`cb-line-state cb-tone-${look.tone}`} title={status.message ?? undefined}>
      <Aside text=". " />
      <Icon name={look.icon} className={status.status === "running" ? "cb-spin" : ""} />
      <span className="cb-node-word">{look.word}</span>
      {status.status === "failed" && status.message && <Aside text={`: ${status.message}`} />}
      {status.status !== "failed" && figures && <span className="cb-line-figures"><Aside text=", " />{figures}</span>}
    </span>
  );
}
