/** What the editor shows of a document. */
import type {
  Answer, Category, ComponentSpec, Facts, FunctionHelp, Graph, GraphDiff, History, Messages, NodeStatus, Option, Overlay, OverlayKind, Person, PlanTold,
  Problem, Run, Trial,
} from "../protocol";
import { EMPTY } from "./graph";
import type { Standing } from "./joining";
import type { Inquiry } from "./questions";
import type { PortRef, Specs } from "./rules";
import { bare } from "./sharing";
import type { Saved } from "./sync";

/** `before`: what was drawn before the nodes were added; what was seen of it is to stay in view. */
export interface Reveal {
  ids: readonly string[];
  serial: number;
  before: Graph | null;
}

export interface State {
  doc: string;
  name: string;
  readonly: boolean;
  graph: Graph;
  specs: Specs;
  palette: ComponentSpec[];
  /** The palette, and its sources as they can be set: a dataset by its name. */
  findable: ComponentSpec[];
  categories: Category[];
  functions: FunctionHelp[];
  trial: Trial | null;
  facts: { [id: string]: Facts };
  problems: Problem[];
  options: { [name: string]: Option[] };
  messages: Messages;
  run: Run | null;
  status: { [id: string]: NodeStatus };
  diff: GraphDiff | null;
  selection: readonly string[];
  /** The wire that is looked into, while no node is selected. */
  wire: string | null;
  /** What the last runs say of the node that is looked at. */
  history: History | null;
  overlay: Overlay | null;
  /** The overlay that was asked for. */
  overlaid: OverlayKind | null;
  /** Whether a preview is under way. */
  looking: boolean;
  /** The note that is written on, or the group that is named, where it lies. */
  editing: string | null;
  /** The port that the palette shows the fitting components for. */
  port: PortRef | null;
  /** Who else is here, and what both of us changed at once. */
  people: readonly Person[];
  conflicts: readonly Standing[];
  /** What a run would do, as far as it was asked for since the last change. */
  plan: PlanTold | null;
  /** Rises when somebody wants to see the parameters. */
  parametersAsked: number;
  rev: number;
  saved: Saved;
  canUndo: boolean;
  canRedo: boolean;
  toast: Toast | null;
  /** What is to be changed, while its dialog is open; and what Python says that would change. */
  inquiry: Inquiry | null;
  answer: Answer | null;
  /** Rises when the view should show these nodes. */
  reveal: Reveal;
}

export interface Toast {
  text: string;
  undo: boolean;
  serial: number;
  acts?: { label: string; run(): void }[];
}

/** Before Python has said anything. */
export const blank = (doc: string): State => ({
  doc, name: "", readonly: true, graph: EMPTY, specs: new Map(), palette: [], findable: [], categories: [], functions: [], trial: null, facts: bare({}), problems: [],
  options: {}, messages: {}, run: null, status: bare({}), diff: null, selection: [], wire: null, history: null, overlay: null, overlaid: null,
  looking: false, editing: null, port: null, people: [], conflicts: [], plan: null, parametersAsked: 0, rev: -1, saved: "saved", canUndo: false,
  canRedo: false, toast: null, inquiry: null, answer: null, reveal: { ids: [], serial: 0, before: null },
});
