/** Why a param has no columns to choose from, and where that is mended. */
import { useMemo } from "react";
import { useEditor, usePart } from "../context";
import type { Lack } from "../fields/control";
import { nodeOf } from "../model/graph";
import type { Model } from "../model/model";
import { titleOf, type Specs } from "../model/rules";
import type { Graph, GraphNode, Problem } from "../protocol";
import { goTo } from "./stepping";

/** What is missing, before it is said: a wire, or what a node before this one still needs. */
export type Missing = { wire: string } | { problem: Problem } | { before: string };

/** The first thing to be done before columns arrive at an input. */
export function missingAt(graph: Graph, specs: Specs, problems: readonly Problem[], node: string, port: string): Missing {
  const wire = graph.edges.find((edge) => edge.target === node && edge.target_port === port);
  if (!wire) return { wire: node };
  const above = [wire.source, ...before(graph, wire.source)];
  // The farthest is the cause: what comes after it only lacks what it would give.
  for (const one of above.reverse()) {
    const problem = problems.find((known) => known.node === one && known.severity === "error");
    if (problem) return { problem };
    const unwired = specs.get(nodeOf(graph, one)?.component ?? "")?.inputs.some(
      (input) => !input.optional && !graph.edges.some((edge) => edge.target === one && edge.target_port === input.name),
    );
    if (unwired) return { wire: one };
  }
  return { before: wire.source };
}

function before(graph: Graph, node: string): string[] {
  const found = new Set<string>();
  const todo = [node];
  while (todo.length > 0) {
    const next = todo.shift()!;
    for (const { source, target } of graph.edges) {
      if (target !== next || found.has(source)) continue;
      found.add(source);
      todo.push(source);
    }
  }
  found.delete(node);
  return [...found];
}

/** Says it, with the way there. */
export function useLack(node: GraphNode, firstPort: string): (port: string | undefined) => Lack {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const specs = usePart((state) => state.specs);
  const problems = usePart((state) => state.problems);
  return useMemo(() => (port) => {
    const missing = missingAt(graph, specs, problems, node.id, port || firstPort);
    const called = (id: string): string => `“${titleOf(nodeOf(graph, id), specs)}”`;
    if ("wire" in missing && missing.wire === node.id) {
      return { text: "Connect data first.", label: "Show what fits", go: () => offer(model, node.id, port || firstPort) };
    }
    if ("wire" in missing) {
      return { text: `Connect data to ${called(missing.wire)} first.`, label: `Go to ${called(missing.wire)}`, go: () => visit(model, missing.wire) };
    }
    if ("problem" in missing) {
      const at = called(missing.problem.node!);
      return { text: `${at} comes first: ${missing.problem.message}`, label: `Go to ${at}`, go: () => goTo(model, missing.problem) };
    }
    const at = called(missing.before);
    return { text: `Which columns ${at} gives is not known yet.`, label: `Go to ${at}`, go: () => visit(model, missing.before) };
  }, [model, graph, specs, problems, node.id, firstPort]);
}

function visit(model: Model, id: string): void {
  model.select([id]);
  model.reveal([id]);
}

/** The palette lists what could be wired to the empty input. */
const offer = (model: Model, node: string, port: string): void => model.choosePort({ node, side: "in", port });
