/** The pipeline's parameters, as the form of a node offers them. */
import { useMemo } from "react";
import { useEditor, usePart } from "../context";
import type { ParameterOffer } from "../fields/parameters";
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
