/** One port of a card: round and blue for a table, square and vermillion for a model. */
import { Handle, Position, useConnection } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { kindIcon } from "../panel/columns";
import { useEditor, usePart } from "../context";
import type { Column, PortKind } from "../protocol";
import { edgeBetween, fits, handleId, portOfHandle } from "../model/rules";

interface Props {
  node: string;
  side: "in" | "out";
  name: string;
  kind: PortKind;
  optional: boolean;
  place: number;
  of: number;
}

const SHOWN = 8;
const PATIENCE_MS = 250;

function lines(columns: Column[] | undefined, kind: PortKind) {
  if (kind === "model") return [{ icon: "neurology", text: "A trained model" }];
  if (!columns) return [{ icon: "table", text: "A table; its columns are not known yet" }];
  const some = columns.slice(0, SHOWN).map((one) => ({ icon: kindIcon(one.kind), text: one.name, about: one.type }));
  return columns.length > SHOWN ? [...some, { text: `and ${columns.length - SHOWN} more` }] : some;
}

export function Port({ node, side, name, kind, optional, place, of }: Props) {
  const { hint } = useEditor();
  const columns = usePart((state) => state.facts[node]?.[side === "in" ? "inputs" : "outputs"][name]);
  const readonly = usePart((state) => state.readonly);
  const from = useConnection((drag) => (drag.inProgress ? `${drag.fromNode.id} ${drag.fromHandle.id ?? ""}` : null));
  const mood = usePart((state) => {
    if (!from) return "";
    const [id = "", handle] = from.split(" ");
    const start = portOfHandle(id, handle);
    const here = { node, side, port: name };
    if (!start || (start.node === node && start.port === name && start.side === side)) return " cb-port-start";
    return edgeBetween(start, here) && fits(state.graph, state.specs, start, here) ? " cb-port-fits" : " cb-port-dim";
  });
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
      title: `${name} (${side === "in" ? "input" : "output"}${optional ? ", optional" : ""}${size})`,
      lines: lines(columns, kind),
    });
  };
  return (
    <>
      <Handle
        id={handleId(side, name)}
        type={side === "in" ? "target" : "source"}
        position={side === "in" ? Position.Left : Position.Right}
        data-testid={`port-${node}-${side}-${name}`}
        className={`cb-port cb-port-${kind}${optional ? " cb-port-optional" : ""}${mood}`}
        style={{ top: `${((place + 1) / (of + 1)) * 100}%` }}
        isConnectable={!readonly}
        role="img"
        aria-label={`${name}, ${kind} ${side === "in" ? "input" : "output"}`}
        onMouseEnter={show}
        onMouseLeave={from ? undefined : hide}
        onMouseDown={hide}
      />
      {of > 1 && (
        <span className={`cb-port-name cb-port-name-${side}${mood}`} style={{ top: `${((place + 1) / (of + 1)) * 100}%` }}>
          {name}
        </span>
      )}
    </>
  );
}
