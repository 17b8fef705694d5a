/** One port of a card: round and blue for a table, square and vermillion for a model. */
import { Handle, Position, useConnection } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { kindIcon } from "../panel/columns";
import { useEditor, usePart } from "../context";
import type { Column, PortKind } from "../protocol";
import { edgeBetween, fits, handleId, portOfHandle, type PortRef } from "../model/rules";

interface Props {
  node: string;
  side: "in" | "out";
  name: string;
  kind: PortKind;
  optional: boolean;
  /** Whether the Tab key stops here: at the ports of a selected node, so that their columns can be read. */
  reachable: boolean;
  place: number;
  of: number;
  /** Where it stands for a port of a node in a collapsed group: its handle on the card, and whose port it is. */
  handle?: string;
  owner?: string;
}

const SHOWN = 8;
const PATIENCE_MS = 250;

function lines(columns: Column[] | undefined, kind: PortKind) {
  if (kind === "model") return [{ icon: "neurology", text: "A trained model" }];
  if (!columns) return [{ icon: "table", text: "A table; its columns are not known yet" }];
  const some = columns.slice(0, SHOWN).map((one) => ({ icon: kindIcon(one.kind), text: one.name, about: one.type }));
  return columns.length > SHOWN ? [...some, { text: `and ${columns.length - SHOWN} more` }] : some;
}

export function Port({ node, side, name, kind, optional, reachable, place, of, handle, owner }: Props) {
  const { model, hint } = useEditor();
  const columns = usePart((state) => state.facts[node]?.[side === "in" ? "inputs" : "outputs"][name]);
  const readonly = usePart((state) => state.readonly);
  const from = useConnection((drag) => (drag.inProgress ? `${drag.fromNode.id} ${drag.fromHandle.id ?? ""}` : null));
  const mood = usePart((state) => {
    if (!from) return "";
    const [id = "", held] = from.split(" ");
    const start = portOfHandle(id, held);
    const here = { node, side, port: name };
    if (!start || (start.node === node && start.port === name && start.side === side)) return " cb-port-start";
    return edgeBetween(start, here) && fits(state.graph, state.specs, start, here) ? " cb-port-fits" : " cb-port-dim";
  });
  // A wire says itself where it goes, and the names of both its ends would lie over each other; so would that of what is
  // not needed beside it.
  const isNamed = usePart(({ graph }) => side === "out" || from !== null || !graph.edges.some((edge) => edge.target === node && (optional || edge.target_port === name)));
  const chosen = usePart(({ port }) => port?.node === node && port.side === side && port.port === name);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(waiting.current), []);
  const hide = (): void => {
    clearTimeout(waiting.current);
    hint(null);
  };
  const show = (event: React.MouseEvent): void => {
    if (from) return;
    const box = event.currentTarget.getBoundingClientRect();
    waiting.current = setTimeout(() => tell(box), PATIENCE_MS);
  };
  const tell = (box: DOMRect): void => {
    const size = columns && kind === "table" ? `, ${columns.length} columns` : "";
    hint({
      x: side === "in" ? box.left - 6 : box.right + 6,
      y: box.bottom + 6,
      tone: "plain",
      title: `${owner ? `${owner}: ` : ""}${name} (${side === "in" ? "input" : "output"}${optional ? ", optional" : ""}${size})`,
      lines: lines(columns, kind),
    });
  };
  /** Another click joins two ports that fit; else the palette shows what fits here, and a click again shows everything. */
  const choose = (event: React.MouseEvent): void => {
    const { state } = model;
    const here: PortRef = { node, side, port: name };
    if (state.readonly) return;
    event.stopPropagation();
    hide();
    if (state.port && fits(state.graph, state.specs, state.port, here)) {
      model.connect(state.port, here);
      model.choosePort(null);
    } else model.choosePort(chosen ? null : here);
  };
  return (
    <>
      <Handle
        id={handle ?? handleId(side, name)}
        type={side === "in" ? "target" : "source"}
        position={side === "in" ? Position.Left : Position.Right}
        data-testid={`port-${node}-${side}-${name}`}
        className={`cb-port cb-port-${kind}${optional ? " cb-port-optional" : ""}${chosen ? " cb-port-chosen" : ""}${mood}`}
        style={{ top: `${((place + 1) / (of + 1)) * 100}%` }}
        isConnectable={!readonly}
        aria-label={`${name}${owner ? ` of ${owner}` : ""}, ${kind} ${side === "in" ? "input" : "output"}`}
        onMouseEnter={show}
        onMouseLeave={from ? undefined : hide}
        onMouseDown={hide}
        tabIndex={reachable ? 0 : -1}
        role="img"
        onFocus={(event) => event.target.matches(":focus-visible") && tell(event.currentTarget.getBoundingClientRect())}
        onBlur={hide}
        onClick={choose}
      />
      {of > 1 && isNamed && (
        <span className={`cb-port-name cb-port-name-${side}${mood}`} style={{ top: `${((place + 1) / (of + 1)) * 100}%` }}>
          {name}
        </span>
      )}
    </>
  );
}
