/** From a pydantic JSON Schema to fields of a form. */
import type { Json, Schema } from "../protocol";

export type FieldKind =
  | "columns" | "column" | "column_list" | "expression" | "mapping" | "values" | "order" | "option" | "choice" | "choices"
  | "flag" | "number" | "text" | "paragraph" | "date" | "moment" | "texts" | "numbers" | "constants" | "constant" | "mixed"
  | "tuple" | "group" | "variant" | "rows" | "table" | "fixed" | "unknown";

export interface Field {
  name: string;
  kind: FieldKind;
  /** Resolved: no `$ref`, no `anyOf` with null. */
  schema: Schema;
  title: string;
  about: string;
  required: boolean;
  nullable: boolean;
  advanced: boolean;
  unit: string;
  placeholder: string;
  /** The fields beside it that must have one of some values for this one to matter. */
  onlyIf: { [name: string]: Json[] };
}

/** Follow references and take `null` out of unions. */
export function resolve(schema: Schema, root: Schema): { schema: Schema; nullable: boolean } {
  let current = schema;
  let nullable = false;
  for (let depth = 0; depth < 20; depth++) {
    if (current.$ref) {
      const { $ref, ...siblings } = current;
      const target = root.$defs?.[$ref.split("/").at(-1) ?? ""] ?? {};
      current = { ...target, ...siblings };
      continue;
    }
    if (current.allOf?.length === 1) {
      const { allOf, ...siblings } = current;
      current = { ...allOf[0], ...siblings };
      continue;
    }
    const union = current.anyOf ?? current.oneOf;
    const some = union?.filter((option) => option.type !== "null");
    if (union && some && some.length < union.length) nullable = true;
    if (some?.length === 1) {
      const { anyOf: _any, oneOf: _one, ...siblings } = current;
      current = { ...some[0], ...siblings };
      if (nullable && current.const !== undefined) {
        const { const: only, ...rest } = current;
        current = { ...rest, enum: [only] };
      }
      continue;
    }
    if (union && some && some.length < union.length) {
      current = current.anyOf ? { ...current, anyOf: some } : { ...current, oneOf: some };
    }
    break;
  }
  return { schema: current, nullable };
}

const WIDGETS: ReadonlySet<string> = new Set<FieldKind>([
  "columns", "column", "expression", "mapping", "values", "order", "option", "paragraph",
]);

/** A union of plain values, such as `float | "sqrt" | "log2"`. */
const isPlain = (schema: Schema): boolean =>
  schema.enum !== undefined || schema.const !== undefined ||
  ["string", "number", "integer", "boolean"].includes(schema.type as string);

/** A union in which any text may stand: what is written down is a text, a number, or yes or no. */
const isConstant = (union: Schema[] | undefined, root: Schema): boolean =>
  union?.every((one) => isPlain(resolve(one, root).schema)) === true &&
  union.some((one) => {
    const { schema } = resolve(one, root);
    return schema.type === "string" && schema.enum === undefined && schema.const === undefined;
  });

const areObjects = (union: Schema[] | undefined, root: Schema): boolean =>
  union?.every((one) => resolve(one, root).schema.properties) === true;

function arrayKind(schema: Schema, root: Schema): FieldKind {
  const places = schema.prefixItems as Schema[] | undefined;
  if (places) return places.every((one) => isPlain(resolve(one, root).schema)) ? "tuple" : "unknown";
  const item = resolve(schema.items ?? {}, root).schema;
  if (item["x-widget"] === "column") return "column_list";
  if (item.enum) return "choices";
  if (item.type === "string") return "texts";
  if (item.type === "number" || item.type === "integer") return "numbers";
  const variants = item.oneOf ?? item.anyOf;
  if (item.properties || areObjects(variants, root)) return "rows";
  if (isConstant(variants, root)) return "constants";
  const cell = item.type === "object" ? (item.additionalProperties as Schema | undefined) : undefined;
  return cell && isConstant(resolve(cell, root).schema.anyOf, root) ? "table" : "unknown";
}

export function kindOf(schema: Schema, root: Schema): FieldKind {
  const widget = schema["x-widget"] as string | undefined;
  if (widget === "column" && schema.type === "array") return "column_list";
  if (widget && WIDGETS.has(widget)) return widget as FieldKind;
  if (schema["x-options"]) return "option";
  if (schema.const !== undefined) return "fixed";
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "boolean": return "flag";
    case "integer":
    case "number": return "number";
    case "string": return schema.format === "date" ? "date" : schema.format === "date-time" ? "moment" : "text";
    case "array": return arrayKind(schema, root);
    case "object": return schema.properties ? "group" : mapKind(schema, root);
  }
  const union = schema.anyOf ?? schema.oneOf;
  if (isConstant(union, root)) return "constant";
  if (union?.every((one) => isPlain(resolve(one, root).schema))) return "mixed";
  return areObjects(union, root) ? "variant" : "unknown";
}

/** What the values of an object without fixed names are; it is drawn as pairs. */
export const valueSchema = (schema: Schema, root: Schema): Schema =>
  resolve((schema.additionalProperties as Schema | undefined) ?? {}, root).schema;

const mapKind = (schema: Schema, root: Schema): FieldKind =>
  ["string", "number", "integer"].includes(valueSchema(schema, root).type as string) ? "values" : "unknown";

export const sentence = (name: string): string => {
  const words = name.replace(/_/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Pydantic titles every field in Title Case; those say nothing the name does not. */
const isAutomatic = (title: string, name: string): boolean =>
  title.toLowerCase() === name.replace(/_/g, " ").trim().toLowerCase();

export function fieldOf(name: string, raw: Schema, root: Schema, required: boolean): Field {
  const { schema, nullable } = resolve(raw, root);
  const own = typeof raw.title === "string" ? raw.title : undefined;
  return {
    name,
    kind: kindOf(schema, root),
    schema,
    title: own && !isAutomatic(own, name) ? own : sentence(name),
    about: raw.description ?? (raw.$ref ? "" : (schema.description ?? "")),
    required: required && raw.default === undefined,
    nullable,
    advanced: schema["x-advanced"] === true,
    unit: (schema["x-unit"] as string | undefined) ?? "",
    placeholder: (schema["x-placeholder"] as string | undefined) ?? "",
    onlyIf: (schema["x-only-if"] as Field["onlyIf"] | undefined) ?? {},
  };
}

/** Whether a field matters, given the values of those beside it. */
export const applies = (field: Field, valueOf: (name: string) => Json | undefined): boolean =>
  Object.entries(field.onlyIf).every(([name, wanted]) => wanted.includes(valueOf(name) ?? null));

/** “Only with kernel poly or sigmoid”, for a field that was set and does not matter now. */
export function condition(field: Field): string {
  const parts = Object.entries(field.onlyIf).map(([name, wanted]) =>
    `${sentence(name).toLowerCase()} ${wanted.map((one) => (one === null ? "empty" : wordOf(one).toLowerCase())).join(" or ")}`,
  );
  return `No effect now: only with ${parts.join(" and ")}.`;
}

const ACRONYMS = /\b(auc|roc|rmse|mae|mape|mse|iqr|sql|csv|json|pca|knn|id|r2|f1|l1|l2|svd|sgd|rbf|idf|tf)\b/g;
const TYPE_WORDS: { [name: string]: string } = {
  int64: "Whole number", float64: "Number", string: "Text", boolean: "True or false", date: "Date", timestamp: "Date and time",
  zscore: "Z-score", dayofweek: "Day of week", dayofyear: "Day of year", log1p: "log(1 + x)",
};

/** What a value of a choice is called. */
export function wordOf(value: Json, schema: Schema = {}): string {
  const named = (schema["x-words"] as { [value: string]: string } | undefined)?.[String(value)] ?? TYPE_WORDS[String(value)];
  if (named) return named;
  const text = String(value).replace(/_/g, " ").replace(ACRONYMS, (short) => short.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The numbers that a field takes, in words; empty where any will do. */
export function rangeWords(schema: Schema): string {
  const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = schema as { [k: string]: unknown };
  const far = (value: unknown): boolean => typeof value !== "number" || Math.abs(value) >= 1e9;
  const show = (value: unknown): string => (value as number).toLocaleString("en-US", { maximumSignificantDigits: 6 });
  if (!far(least) && !far(most)) return `${show(least)} to ${show(most)}`;
  const low = !far(least) ? `at least ${show(least)}` : !far(above) ? `more than ${show(above)}` : "";
  const high = !far(most) ? `at most ${show(most)}` : !far(below) ? `less than ${show(below)}` : "";
  return [low, high].filter(Boolean).join(", ");
}

export function fieldsOf(schema: Schema, root: Schema = schema): Field[] {
  const { schema: object } = resolve(schema, root);
  const required = new Set(object.required ?? []);
  const shown = Object.entries(object.properties ?? {}).filter(([, raw]) => raw["x-widget"] !== "hidden");
  return shown.map(([name, raw]) => fieldOf(name, raw, root, required.has(name)));
}

/** What a new row or group starts with. */
export function startOf(schema: Schema, root: Schema): Json {
  const { schema: resolved, nullable } = resolve(schema, root);
  if (resolved.default !== undefined) return resolved.default;
  if (resolved.const !== undefined) return resolved.const;
  if (nullable) return null;
  if (resolved["x-widget"] === "columns") return [];
  if (resolved.enum) return resolved.enum[0] ?? null;
  if (resolved.properties) {
    const entries = Object.entries(resolved.properties).map(([name, one]) => [name, startOf(one, root)] as const);
    return Object.fromEntries(entries);
  }
  const starts: { [type: string]: Json } = { string: "", number: 0, integer: 0, boolean: false, array: [], object: {} };
  return starts[resolved.type as string] ?? null;
}
