/** A wire: coloured by what it carries, moving while its rows do, with an × to cut it. */
import { BaseEdge, EdgeLabelRenderer, getBezierPath, getSmoothStepPath, useReactFlow, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useEditor, usePart } from "../context";
import { isDimWire } from "./guard";
import { Icon } from "../Icon";
import { CARD_HEIGHT, CARD_WIDTH } from "../model/graph";
import type { GraphEdge, PortKind } from "../protocol";
import { laneBetween, runsBack, TURN } from "./routing";

/** The button stands beside the wire: a click on the wire itself looks into it. */
const ABOVE = 18;

export interface WireData extends Record<string, unknown> {
  kind: PortKind;
  hovered: boolean;
  target: boolean;
  name: string;
  /** The wire itself: it may be drawn to the cards of collapsed groups instead. */
  edge: GraphEdge;
  onHover(on: boolean): void;
}

export const WireEdge = memo(function WireEdge(props: EdgeProps) {
  const { id, selected } = props;
  const { model } = useEditor();
  const data = props.data as WireData | undefined;
  const { source, target } = data?.edge ?? props;
  const flowing = usePart((state) => state.status[target]?.status === "running" && state.status[source]?.status !== "running");
  const idle = usePart((state) => [source, target].some((end) => state.facts[end]?.part === "off" || state.facts[end]?.part === "left_out"));
  const readonly = usePart((state) => state.readonly);
  const dim = usePart((state) => isDimWire(state.overlay, source, target));
  const [path, x, y] = useWay(props);
  const classes = [
    "cb-wire", `cb-wire-${data?.kind ?? "table"}`, flowing && "cb-wire-flowing", idle && "cb-wire-idle", data?.target && "cb-wire-target",
    dim && "cb-wire-dim",
  ];
  return (
    <>
      <BaseEdge id={id} path={path} interactionWidth={22} className={classes.filter(Boolean).join(" ")} />
      {(data?.hovered || selected) && !readonly && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className="cb-wire-cut nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y - ABOVE}px)` }}
            aria-label={`Remove the wire ${data?.name ?? ""}`}
            onMouseEnter={() => data?.onHover(true)}
            onMouseLeave={() => data?.onHover(false)}
            onClick={() => model.remove([], [id])}
          >
            <Icon name="close" />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

function useWay(props: EdgeProps): [path: string, x: number, y: number, ...unknown[]] {
  const flow = useReactFlow();
  const [from, to] = [{ x: props.sourceX, y: props.sourceY }, { x: props.targetX, y: props.targetY }];
  if (!runsBack(from, to)) return getBezierPath(props);
  const boxes = flow.getNodes().filter((node) => node.type !== "frame").map(({ position, measured }) =>
    ({ ...position, width: measured?.width ?? CARD_WIDTH, height: measured?.height ?? CARD_HEIGHT }));
  return getSmoothStepPath({ ...props, borderRadius: 16, offset: TURN, centerY: laneBetween(boxes, from, to) });
}
