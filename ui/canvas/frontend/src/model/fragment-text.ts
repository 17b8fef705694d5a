/** A part of a pipeline as text, in the format of a pipeline's file. To read such a text is Python's: `Pipeline.from_yaml`. */
import type { Graph, GraphEdge, GraphNode, Json } from "../protocol";

/** The format's number, as in `engine/graph/pipeline.py`. */
const FORMAT = 1;
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Words that some reader of YAML takes for something else than a text. */
const TAKEN = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);
/** What JSON leaves as it is, and YAML takes for a line break or does not allow. */
const UNREADABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

export function fragmentText({ nodes, edges }: Graph): string {
  const lines = [
    `format: ${FORMAT}`,
    "nodes:",
    ...nodes.map((node) => `  ${textOf(node.id)}: ${bodyOf(node)}`),
    edges.length > 0 ? "edges:" : "edges: []",
    ...edges.map((edge) => `  - ${wireOf(edge)}`),
    "layout:",
    ...nodes.map((node) => `  ${textOf(node.id)}: ${valueOf([...node.position])}`),
  ];
  return `${lines.join("\n")}\n`;
}

function bodyOf({ component, title, params }: GraphNode): string {
  const body: { [part: string]: Json } = { component };
  if (title) body["title"] = title;
  if (Object.keys(params).length > 0) body["params"] = params;
  return valueOf(body);
}

const wireOf = (edge: GraphEdge): string => `${edge.source}.${edge.source_port} -> ${edge.target}.${edge.target_port}`;

/** In flow style: JSON is YAML, and what needs no quotes has none. */
function valueOf(value: Json): string {
  if (typeof value === "string") return textOf(value);
  if (typeof value === "number") return numberOf(value);
  if (Array.isArray(value)) return `[${value.map(valueOf).join(", ")}]`;
  if (value === null || typeof value === "boolean") return String(value);
  return `{${Object.entries(value).map(([key, inner]) => `${textOf(key)}: ${valueOf(inner)}`).join(", ")}}`;
}

function textOf(text: string): string {
  if (PLAIN.test(text) && !TAKEN.has(text.toLowerCase())) return text;
  return JSON.stringify(text).replace(UNREADABLE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** YAML 1.1 reads `1e-7` as a text, and `1.0e-7` as a number. */
function numberOf(value: number): string {
  const text = JSON.stringify(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}
