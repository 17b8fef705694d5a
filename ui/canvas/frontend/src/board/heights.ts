/** How high the cards came out; what is not drawn yet has the usual height. */
import type { ReactFlowInstance } from "@xyflow/react";
import { CARD_HEIGHT } from "../model/graph";

export const heightsIn = (flow: ReactFlowInstance): Map<string, number> =>
  new Map(flow.getNodes().map((node) => [node.id, node.measured?.height ?? CARD_HEIGHT]));
