/** Going to a problem: its node is selected and shown, and its field has the focus. */
import { nodeOf } from "../model/graph";
import { titleOf } from "../model/rules";
import type { Problem } from "../protocol";
import type { Model } from "../model/model";

const ORDER: Problem["severity"][] = ["error", "warning", "info"];
const PATIENCE = 30; // frames until the form is there
const CONTROLS = "input, select, textarea, button";

/** What is listed: an empty pipeline says so itself, in the middle of the canvas. */
export const listed = (problems: readonly Problem[]): Problem[] => problems.filter((one) => one.code !== "empty_pipeline");

/** The worst first. */
export const ranked = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));

export function goTo(model: Model, problem: Problem): void {
  if (!problem.node) return;
  model.select([problem.node]);
  model.reveal([problem.node]);
  if (problem.field) focusField(problem.node, problem.field);
}

let last: string | null = null;

/** To the next problem that has a place, or the one before. */
export function step(model: Model, by: 1 | -1): void {
  const placed = ranked(model.state.problems).filter((problem) => problem.node);
  if (placed.length === 0) return model.say("There are no problems.");
  const here = placed.findIndex((problem) => problem.id === last);
  const next = here < 0 ? (by > 0 ? 0 : placed.length - 1) : (here + by + placed.length) % placed.length;
  const problem = placed[next]!;
  last = problem.id;
  goTo(model, problem);
  model.say(`Problem ${next + 1} of ${placed.length}. ${told(model, problem)}`);
}

/** Where it is, what it is and what to do: it is heard apart from the node. */
export function told({ state }: Model, problem: Problem): string {
  const title = titleOf(nodeOf(state.graph, problem.node), state.specs);
  const where = problem.node && !problem.message.includes(title) ? `${title}: ` : "";
  return [`${where}${problem.message}`, problem.hint].filter(Boolean).join(" ");
}

/** The form is drawn after the selection; a folded part opens by itself where something is wrong in it. */
function focusField(node: string, field: string, patience = PATIENCE): void {
  const row = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(`cb-${node} ${field}`)}"]`);
  const control = row?.querySelector<HTMLElement>(NAMES) ?? row?.querySelector<HTMLElement>(CONTROLS_AFTER_LABEL) ?? row?.querySelector<HTMLElement>(CONTROLS);
  if (control) {
    control.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "center" });
  } else if (patience > 0) {
    requestAnimationFrame(() => focusField(node, field, patience - 1));
  }
}

/** Where columns are chosen by name: the name, not the choice of how to choose. */
const NAMES = ".cb-names input";
/** The control itself before the button that sets it back. */
const CONTROLS_AFTER_LABEL = ".cb-label-row ~ :is(input, select, textarea), .cb-label-row ~ * :is(input, select, textarea)";
