import { describe, expect, it } from "vitest";
import {
  filledIn, freshName, missingParameters, nameMistake, parameterFor, references, referredTo, removeParameter, renameParameter, retyped,
  setParameter, usesOf,
} from "../src/model/parameters";
import type { Graph, Params } from "../src/protocol";

const node = (id: string, params: Params) => ({ id, component: "x", title: null, params, position: [0, 0] as [number, number] });
const drawn: Graph = {
  nodes: [
    node("some", { condition: "age > ${least} AND city = '${city}'" }),
    node("model", { rate: "${rate}", deep: [{ of: { value: "${rate}" } }], label: "$rate {rate}" }),
  ],
  edges: [],
  params: { rate: parameterFor("number", 0.2), least: parameterFor("integer", 18) },
};

describe("a parameter", () => {
  it("is found wherever it is named, and where it is missing", () => {
    expect(references(drawn.nodes[1]!.params)).toEqual(["rate", "rate"]);
    expect(usesOf(drawn).get("rate")).toEqual([{ node: "model", field: "rate" }, { node: "model", field: "deep" }]);
    expect(missingParameters(drawn)).toEqual(["city"]);
    expect(referredTo("${rate}")).toBe("rate");
    expect(referredTo("a ${rate}")).toBeNull();
    expect(filledIn(drawn, "age > ${least} and ${city}")).toBe("age > 18 and ${city}");
  });

  it("is renamed at its place, and every use follows", () => {
    const renamed = renameParameter(drawn, "rate", "speed");
    expect(Object.keys(renamed.params!)).toEqual(["speed", "least"]);
    expect(renamed.nodes[1]!.params).toEqual({ rate: "${speed}", deep: [{ of: { value: "${speed}" } }], label: "$rate {rate}" });
    expect(renamed.nodes[0]).toBe(drawn.nodes[0]);
    expect(renameParameter(renamed, "speed", "rate")).toEqual(drawn);
  });

  it("stays while it is used, and goes alone otherwise", () => {
    expect(removeParameter(drawn, "rate")).toBeNull();
    const more = setParameter(drawn, "unused", parameterFor("date"));
    expect(removeParameter(more, "unused")).toEqual(drawn);
  });

  it("has a name of its own that YAML and expressions can say", () => {
    expect(nameMistake(drawn, "rate", "rate")).toBeNull();
    expect(nameMistake(drawn, "rate", "least")).toContain("already");
    for (const bad of ["", "2nd", "a b", "__proto__", "a.b"]) expect(nameMistake(drawn, bad, null)).toBeTruthy();
    expect(nameMistake(drawn, "constructor", null)).toBeNull();
    expect(freshName(drawn, "rate")).toBe("rate_2");
    expect(freshName(drawn, "9 Größe!")).toBe("Gr__e_");
    expect(freshName(drawn, "")).toBe("parameter");
  });

  it("keeps of its default what fits another type", () => {
    expect(retyped(parameterFor("text", "12"), "integer").default).toBe(12);
    expect(retyped(parameterFor("number", 0.5), "integer").default).toBe(1);
    expect(retyped(parameterFor("number", 0.5), "text").default).toBe("0.5");
    expect(retyped({ ...parameterFor("number", 0.5), min: 0, max: 1 }, "date")).toMatchObject({ min: null, max: null, choices: [] });
    expect(retyped({ ...parameterFor("number", 3), min: 0, max: 9 }, "integer")).toMatchObject({ default: 3, min: 0, max: 9 });
    expect(retyped({ ...parameterFor("number", 0.5), min: 0.2, max: 0.9 }, "integer")).toMatchObject({ default: 1, min: null, max: null });
    expect(retyped(parameterFor("text", "mean"), "choice")).toMatchObject({ default: "mean", choices: ["mean", "second"] });
  });
});
