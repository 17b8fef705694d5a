/** What is wrong with a value, in the words of the person who typed it; null when nothing is. */
import type { Json, Schema } from "../protocol";
import { referredTo } from "../model/parameters";
import { resolve, sentence } from "./schema";

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: { [type: string]: [(value: Json) => boolean, string] } = {
  // YAML reads 1 as a number where a text is meant; Python takes it, or says so.
  string: [(value) => ["string", "number", "boolean"].includes(typeof value), "Enter a text."],
  boolean: [(value) => typeof value === "boolean", "Choose yes or no."],
  number: [(value) => typeof value === "number" && Number.isFinite(value), "Enter a number."],
  integer: [(value) => typeof value === "number" && Number.isInteger(value), "Enter a whole number."],
  array: [(value) => Array.isArray(value), "Enter a list."],
  object: [isObject, "Enter an object."],
  null: [(value) => value === null, "Leave this empty."],
};

export function mistake(raw: Schema, value: Json, root: Schema = raw): string | null {
  const { schema, nullable } = resolve(raw, root);
  if (value === null && nullable) return null;
  if (referredTo(value) !== null) return null; // what the parameter is, its own declaration says
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return oneOf(union, value, root);
  if (schema.const !== undefined) return value === schema.const ? null : `This must be ${String(schema.const)}.`;
  if (schema.enum) return schema.enum.includes(value) ? null : `Choose one of ${schema.enum.join(", ")}.`;
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => TYPES[type]?.[0](value) ?? true)) {
    return TYPES[types[0] ?? ""]?.[1] ?? "This does not fit here.";
  }
  if (typeof value === "number") return range(schema, value);
  if (typeof value === "string") return length(schema, value);
  if (Array.isArray(value)) return list(schema, value, root);
  return value !== null && isObject(value) ? object(schema, value, root) : null;
}

function oneOf(union: Schema[], value: Json, root: Schema): string | null {
  const mistakes = union.map((one) => mistake(one, value, root));
  if (mistakes.includes(null)) return null;
  const options = union.map((one) => resolve(one, root).schema);
  const tagged = options.findIndex((one) => isTagged(one, value));
  const closest = tagged >= 0 ? tagged : options.findIndex(({ type }) => (type === "integer" ? "number" : type) === typeof value);
  return mistakes[Math.max(0, closest)] ?? null;
}

/** Whether a structure is of this kind: its constants say so. */
const isTagged = (schema: Schema, value: Json): boolean => {
  const constants = Object.entries(schema.properties ?? {}).filter(([, one]) => one.const !== undefined);
  return constants.length > 0 && isObject(value) && constants.every(([name, one]) => value[name] === one.const);
};

function range(schema: Schema, value: number): string | null {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema as { [k: string]: unknown };
  if (typeof minimum === "number" && value < minimum) return `This must be at least ${minimum}.`;
  if (typeof maximum === "number" && value > maximum) return `This must be at most ${maximum}.`;
  if (typeof above === "number" && value <= above) return `This must be more than ${above}.`;
  if (typeof below === "number" && value >= below) return `This must be less than ${below}.`;
  return null;
}

function length(schema: Schema, value: string): string | null {
  const { minLength, maxLength, pattern } = schema as { minLength?: number; maxLength?: number; pattern?: string };
  if (minLength && value.length < minLength) return minLength === 1 ? "Fill this in." : `Enter ${minLength} characters or more.`;
  if (maxLength && value.length > maxLength) return `Enter at most ${maxLength} characters.`;
  return pattern && !matches(pattern, value) ? "This is not in the expected form." : null;
}

/** Python's patterns are not all JavaScript's: what cannot be read here is left to Python. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function list(schema: Schema, value: Json[], root: Schema): string | null {
  const { minItems, maxItems } = schema as { minItems?: number; maxItems?: number };
  if (minItems && value.length < minItems) return minItems === 1 ? "Add at least one." : `Add at least ${minItems}.`;
  if (maxItems !== undefined && value.length > maxItems) return `Keep at most ${maxItems}.`;
  const places = schema.prefixItems as Schema[] | undefined;
  if (places && value.length !== places.length) return `Fill in all ${places.length}.`;
  for (const [place, item] of value.entries()) {
    const inner = places?.[place] ?? schema.items;
    const wrong = inner && mistake(inner, item, root);
    if (wrong) return wrong;
  }
  return null;
}

function object(schema: Schema, value: { [key: string]: Json }, root: Schema): string | null {
  const { minProperties: least, maxProperties: most, propertyNames: names } = schema as
    { minProperties?: number; maxProperties?: number; propertyNames?: Schema };
  const size = Object.keys(value).length;
  if (least && size < least) return least === 1 ? "Add at least one." : `Add at least ${least}.`;
  if (most !== undefined && size > most) return `Keep at most ${most}.`;
  for (const name of schema.required ?? []) if (!(name in value)) return `${sentence(name)} is missing.`;
  for (const [name, item] of Object.entries(value)) {
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    if (inner === false) return `“${name}” is not known here.`;
    const misnamed = names && mistake(names, name, root);
    if (misnamed) return misnamed;
    const wrong = typeof inner === "object" && inner ? mistake(inner as Schema, item, root) : null;
    if (wrong) return schema.properties ? `${sentence(name)}: ${wrong}` : wrong;
  }
  return null;
}
