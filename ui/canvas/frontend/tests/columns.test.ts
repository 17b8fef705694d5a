import { describe, expect, it } from "vitest";
import { kept, withColumns } from "../src/model/columns";
import type { Column, ToldFacts } from "../src/protocol";

const columns = (...names: string[]): Column[] => names.map((name) => ({ name, kind: "numeric", type: "number" }));
const told = (inputs: ToldFacts["inputs"], outputs: ToldFacts["outputs"]): ToldFacts =>
  ({ summary: "", note: null, inputs, outputs, renamed: {}, fitted: null, serving: "" });

describe("the columns at the ports", () => {
  it("are found by their number, the same table at every port that has it", () => {
    const facts = withColumns({ a: told({}, { table: 0 }), b: told({ table: 0 }, { table: 1 }) }, [columns("x"), columns("x", "y")]);
    expect(facts["b"]!.inputs["table"]).toBe(facts["a"]!.outputs["table"]);
    expect(facts["b"]!.outputs["table"]!.map((one) => one.name)).toEqual(["x", "y"]);
  });

  it("stay the same tables while nothing about them changes", () => {
    const before = [columns("x"), columns("y")];
    const now = kept(before, [columns("x"), columns("z")]);
    expect(now[0]).toBe(before[0]);
    expect(now[1]).toEqual(columns("z"));
  });
});
