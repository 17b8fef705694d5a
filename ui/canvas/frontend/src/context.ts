/** What every part of the editor reaches for: the model, and the hint that floats near the pointer. */
import { createContext, useContext } from "react";
import { useModel, type Model, type State } from "./model/model";

export interface Hint {
  x: number;
  y: number;
  tone: "plain" | "refusal";
  title: string;
  lines: { icon?: string; text: string; about?: string }[];
}

export interface Editor {
  model: Model;
  hint(hint: Hint | null): void;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("The editor is missing.");
  return editor;
}

export function usePart<T>(choose: (state: State) => T): T {
  return useModel(useEditor().model, choose);
}
