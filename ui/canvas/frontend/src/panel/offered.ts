/** The pipeline's parameters, as the form of a node offers them; and what their own form can choose from. */
import { useMemo } from "react";
import { useEditor, usePart } from "../context";
import type { Context } from "../fields/control";
import type { ParameterOffer } from "../fields/parameters";
import type { Column } from "../protocol";
import { freshName, parametersOf, setParameter } from "../model/parameters";

export function useParameterOffer(): ParameterOffer {
  const { model } = useEditor();
  const known = usePart((state) => parametersOf(state.graph));
  return useMemo<ParameterOffer>(() => ({
    known,
    create: (wanted, parameter) => {
      const name = freshName(model.state.graph, wanted);
      model.change(setParameter(model.state.graph, name, parameter));
      return name;
    },
    show: () => {
      model.select([]);
      model.askParameters();
    },
  }), [model, known]);
}

/** What a form of parameters can choose from: every column that is anywhere in the drawing, and the datasets. */
export function useParameterContext(): Context {
  const facts = usePart((state) => state.facts);
  const options = usePart((state) => state.options);
  const readonly = usePart((state) => state.readonly);
  return useMemo<Context>(() => {
    const columns = new Map<string, Column>();
    for (const one of Object.values(facts)) for (const some of Object.values(one.outputs)) for (const column of some) columns.set(column.name, column);
    return { root: {}, columnsOf: () => [...columns.values()], options, functions: [], expressions: {}, readonly };
  }, [facts, options, readonly]);
}
