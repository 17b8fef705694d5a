/** Parameters of the pipeline: pure changes of what is declared, and of the params that name it as `${name}`. */
import type { Graph, Json, Parameter, Parameters, ParameterType, Schema } from "../protocol";

const REFERENCE = /\$\{(\w+)\}/g;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
export const MOST_PARAMETERS = 200;

export const TYPES: [ParameterType, string][] = [
  ["text", "Text"], ["integer", "Whole number"], ["number", "Number"], ["boolean", "Yes or no"], ["date", "Date"],
  ["choice", "Choice"], ["column", "Column"], ["dataset", "Dataset"],
];

export interface Use {
  node: string;
  field: string;
}

const NONE: Parameters = {};
export const parametersOf = (graph: Graph): Parameters => graph.params ?? NONE;
export const parameterOf = (graph: Graph, name: string): Parameter | undefined =>
  Object.hasOwn(parametersOf(graph), name) ? parametersOf(graph)[name] : undefined;

export const referTo = (name: string): string => `\${${name}}`;

/** The one parameter that is this value, where a value is nothing but a parameter. */
export function referredTo(value: Json | undefined): string | null {
  const found = typeof value === "string" ? /^\$\{(\w+)\}$/.exec(value) : null;
  return found?.[1] ?? null;
}

/** Every parameter that a value names, also inside texts, lists and objects. */
export function references(value: Json | undefined): string[] {
  if (typeof value === "string") return value.includes("${") ? [...value.matchAll(REFERENCE)].map((found) => found[1]!) : [];
  if (Array.isArray(value)) return value.flatMap(references);
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(references) : [];
}

/** Where each parameter is used, known or not. */
export function usesOf(graph: Graph): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const node of graph.nodes) {
    for (const [field, value] of Object.entries(node.params)) {
      for (const name of new Set(references(value))) uses.set(name, [...(uses.get(name) ?? []), { node: node.id, field }]);
    }
  }
  return uses;
}

export const missingParameters = (graph: Graph): string[] =>
  [...usesOf(graph).keys()].filter((name) => !parameterOf(graph, name)).sort();

export function nameMistake(graph: Graph, name: string, before: string | null): string | null {
  if (name === before) return null;
  if (name === "") return "Give it a name.";
  if (!NAME.test(name)) return "Begin with a letter; use letters, digits and underscores.";
  return parameterOf(graph, name) ? `There is a parameter called ${name} already.` : null;
}

/** A name for a new parameter, such as that of the field it comes from. */
export function freshName(graph: Graph, wanted: string): string {
  const safe = wanted.replace(/[^A-Za-z0-9_]/g, "_").replace(/^[^A-Za-z]+/, "").slice(0, 58) || "parameter";
  for (let number = 1; ; number++) {
    const name = number === 1 ? safe : `${safe}_${number}`;
    if (!parameterOf(graph, name)) return name;
  }
}

export const parameterFor = (type: ParameterType, start?: Json): Parameter => ({
  type, default: start ?? emptyOf(type), about: "", min: null, max: null, choices: type === "choice" ? [String(start ?? "first"), "second"] : [],
});

function emptyOf(type: ParameterType): Json {
  const empty: { [type in ParameterType]: Json } = {
    text: "", integer: 1, number: 1, boolean: false, date: new Date().toISOString().slice(0, 10), choice: "first", column: "", dataset: "", any: null,
  };
  return empty[type];
}

export function setParameter(graph: Graph, name: string, parameter: Parameter): Graph {
  return { ...graph, params: { ...parametersOf(graph), [name]: parameter } };
}

/** Under another name, at the same place; every use follows. */
export function renameParameter(graph: Graph, from: string, to: string): Graph {
  const params = Object.fromEntries(Object.entries(parametersOf(graph)).map(([name, one]) => [name === from ? to : name, one]));
  const nodes = graph.nodes.map((node) => {
    const used = references(node.params).includes(from);
    return used ? { ...node, params: Object.fromEntries(Object.entries(node.params).map(([field, value]) => [field, renamed(value, from, to)])) } : node;
  });
  return { ...graph, nodes, params };
}

/** Null while it is used: then `usesOf` says where. */
export function removeParameter(graph: Graph, name: string): Graph | null {
  if (usesOf(graph).has(name)) return null;
  const { [name]: _gone, ...params } = parametersOf(graph);
  return { ...graph, params };
}

function renamed(value: Json, from: string, to: string): Json {
  if (typeof value === "string") return value.replaceAll(referTo(from), () => referTo(to));
  if (Array.isArray(value)) return value.map((one) => renamed(one, from, to));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, from, to)]));
}

/** The same parameter with another type, keeping of its default what still fits. */
export function retyped(parameter: Parameter, type: ParameterType): Parameter {
  const fresh = parameterFor(type);
  const kept = parameter.default;
  const number = typeof kept === "number" ? kept : Number(kept);
  const fits: { [type in ParameterType]?: Json | undefined } = {
    text: typeof kept === "object" ? undefined : String(kept),
    number: typeof kept !== "boolean" && kept !== "" && Number.isFinite(number) ? number : undefined,
    integer: typeof kept !== "boolean" && kept !== "" && Number.isInteger(number) ? number : undefined,
    column: typeof kept === "string" ? kept : undefined,
    choice: typeof kept === "string" && kept !== "" ? kept : undefined,
  };
  const start = fits[type];
  const next = { ...(start === undefined ? fresh : parameterFor(type, start)), about: parameter.about };
  const { min, max } = parameter;
  const bounded = typeof next.default === "number" && (min === null || next.default >= min) && (max === null || next.default <= max);
  return bounded ? { ...next, min, max } : next;
}

/** A parameter as a field of a form. */
export function schemaOf(parameter: Parameter): Schema {
  const said = parameter.about.trim();
  const about = { description: said === "" || /[.!?]$/.test(said) ? said : `${said}.` };
  const bounds = { ...(parameter.min === null ? {} : { minimum: parameter.min }), ...(parameter.max === null ? {} : { maximum: parameter.max }) };
  switch (parameter.type) {
    case "integer": return { type: "integer", ...bounds, ...about };
    case "number": return { type: "number", ...bounds, ...about };
    case "boolean": return { type: "boolean", ...about };
    case "date": return { type: "string", format: "date", minLength: 1, ...about };
    case "choice": return { enum: parameter.choices, "x-words": Object.fromEntries(parameter.choices.map((one) => [String(one), String(one)])), ...about };
    case "column": return { type: "string", "x-widget": "column", ...about };
    case "dataset": return { type: "string", "x-options": "datasets", ...about };
    default: return { type: "string", ...about };
  }
}

/** A value, as a person says it. */
export function inWords(value: Json | undefined): string {
  if (value === undefined || value === null || value === "") return "nothing";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(inWords).join(", ") || "nothing";
  return typeof value === "object" ? "as in the YAML" : String(value);
}

/** What is put in for a text that names parameters; null where it names none that is known. */
export function filledIn(graph: Graph | Parameters, text: string): string | null {
  const params = ("nodes" in graph ? parametersOf(graph as Graph) : graph) as Parameters;
  const known = references(text).filter((name) => Object.hasOwn(params, name));
  if (known.length === 0) return null;
  return text.replace(REFERENCE, (whole, name: string) => (Object.hasOwn(params, name) ? String(params[name]!.default) : whole));
}
