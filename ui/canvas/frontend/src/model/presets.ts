/** Sources that are set already to what there is to read: a dataset is found by its own name. */
import type { ComponentSpec, Option, Params } from "../protocol";

/** Its key is `component:param:value`, which no component is called. */
export interface Preset extends ComponentSpec {
  /** What it is, and how much there is of it. */
  kind: string;
  size: string;
}

const APART = ":";

export const isPreset = (spec: ComponentSpec): spec is Preset => "kind" in spec;

/** The component that a key of the palette means, and what of it is set. */
export function meant(key: string): { component: string; params: Params } {
  const [component, param, ...value] = key.split(APART);
  return { component: component!, params: param ? { [param]: value.join(APART) } : {} };
}

export function presetsOf(palette: readonly ComponentSpec[], options: { [name: string]: Option[] }): Preset[] {
  return palette.filter((spec) => spec.inputs.length === 0).flatMap((spec) =>
    Object.entries(spec.params.properties ?? {}).flatMap(([param, schema]) =>
      (options[String(schema["x-options"] ?? "")] ?? []).map((option) => preset(spec, param, option))));
}

function preset(spec: ComponentSpec, param: string, { value, label, about }: Option): Preset {
  const kind = [spec.title, about].filter(Boolean).join(", ");
  return { ...spec, key: [spec.key, param, value].join(APART), title: label, about: `${kind}.`, words: [], kind, size: about ?? "" };
}
