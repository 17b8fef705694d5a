/** The words and the colour of what is only drawn; what its params hold may still be wrong. */
import type { ComponentSpec, GraphNode, Json } from "../../protocol";

export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** A colour that its params offer: the chosen one, else the default. */
export function paintOf(node: GraphNode, spec: ComponentSpec | undefined): string {
  const { enum: offered = [], default: usual } = spec?.params.properties?.["color"] ?? {};
  const chosen = node.params["color"];
  return String(chosen !== undefined && offered.includes(chosen) ? chosen : (usual ?? "grey"));
}

/** What a screen reader says of it. */
export function spoken(node: GraphNode, spec: ComponentSpec | undefined): string {
  const words = [node.title, textOf(node.params["title"]), textOf(node.params["text"])].filter(Boolean).join(". ");
  const kind = spec?.title ?? node.component;
  return words ? `${kind}: ${words.slice(0, 300)}` : `${kind} without words`;
}
