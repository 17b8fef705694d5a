/** Which parameters of the pipeline a field can take its value from. */
import type { Json, Parameter, Parameters, ParameterType } from "../protocol";
import { parameterFor } from "../model/parameters";
import type { Field } from "./schema";

/** What a form knows of the pipeline's parameters; `create` declares a new one and returns its name. */
export interface ParameterOffer {
  known: Parameters;
  create(wanted: string, parameter: Parameter): string;
  show(): void;
}

const SCALARS: readonly ParameterType[] = ["text", "integer", "number", "boolean", "date", "choice", "column", "dataset"];
const TEXTUAL: ReadonlySet<Field["kind"]> = new Set(["text", "paragraph", "expression"]);

/** Types whose values a field takes. */
function accepted(field: Field): readonly ParameterType[] {
  switch (field.kind) {
    case "number": return field.schema.type === "integer" ? ["integer", "number"] : ["number", "integer"];
    case "flag": return ["boolean"];
    case "date": return ["date", "text"];
    case "column": return ["column", "text"];
    case "choice": return ["choice", "text"];
    case "option": return field.schema["x-options"] === "datasets" ? ["dataset", "text"] : ["text", "choice"];
    case "text": case "paragraph": case "expression": case "moment": case "mixed": case "constant": return SCALARS;
    default: return [];
  }
}

export const fitting = (known: Parameters, field: Field): [string, Parameter][] =>
  Object.entries(known).filter(([, one]) => one.type === "any" || accepted(field).includes(one.type));

/** Whether what is chosen goes into the text instead of taking its place. */
export const goesIntoText = (field: Field, value: Json | undefined): boolean =>
  TEXTUAL.has(field.kind) && typeof value === "string" && value.trim() !== "";

/** A new parameter that begins with the value of a field; null where a field cannot be one. */
export function parameterOfField(field: Field, value: Json | undefined): Parameter | null {
  const type = field.kind === "mixed" || field.kind === "constant" ? typeOfValue(value) : accepted(field)[0];
  if (!type || goesIntoText(field, value) && field.kind !== "text") return null;
  const fits = value !== undefined && value !== null;
  const parameter = parameterFor(type, fits ? value : undefined);
  const { minimum: min, maximum: max } = field.schema as { minimum?: number; maximum?: number };
  const near = (bound: number | undefined): number | null => (bound !== undefined && Math.abs(bound) < 1e9 ? bound : null);
  if (type === "choice") {
    const choices = (field.schema.enum ?? []).filter((one): one is string | number => typeof one === "string" || typeof one === "number");
    return { ...parameter, choices, default: fits ? value : (choices[0] ?? "") };
  }
  return { ...parameter, ...(type === "number" || type === "integer" ? { min: near(min), max: near(max) } : {}), about: "" };
}

const typeOfValue = (value: Json | undefined): ParameterType =>
  typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
