/** What can be done with the selection as groups and switches: each one change, which Undo takes back. */
import { collapse, expand } from "../board/groups/collapsing";
import { boxOf, drawnAs, freeSpot, isCollapsed, specOf } from "../board/nodes/drawn";
import { groupsOf, groupSpec, meant, ungrouped } from "../board/groups/grouping";
import { shownOf, standIn, visible } from "../board/groups/shown";
import { nodeOf, type Point } from "./graph";
import type { Model } from "./model";
import { switched } from "./switching";

/** Draw a group around what is selected, and let it be named. */
export function group(model: Model): void {
  const { selection, palette, readonly } = model.state;
  const spec = groupSpec(palette);
  if (readonly || !spec) return;
  if (selection.length === 0) return model.say("Select the nodes that belong together, then press Ctrl G.");
  model.edit(model.addBeside(spec.key, [0, 0], model.heights));
}

export function ungroup(model: Model): void {
  const { graph, specs, selection, readonly } = model.state;
  const groups = groupsOf(graph, specs, selection, model.heights);
  if (readonly) return;
  if (groups.length === 0) return model.say("Select a group, or a node in one, to ungroup it.");
  const [free, freed] = ungrouped(graph, specs, groups, model.heights);
  model.change(free);
  model.select(visible(free, specs, freed));
}

/** Collapse the selected groups, or expand them where they are collapsed. */
export function fold(model: Model, ids: readonly string[] = model.state.selection): void {
  const { graph, specs, readonly } = model.state;
  const groups = groupsOf(graph, specs, ids, model.heights);
  if (readonly) return;
  if (groups.length === 0) return model.say("Select a group, or a node in one, to collapse it.");
  const closes = groups.some((id) => !isCollapsed(nodeOf(graph, id)!, specs));
  const turn = closes ? collapse : expand;
  const turned = groups.reduce((one, id) => turn(one, specs, id, model.heights), graph);
  model.change(turned);
  const shown = shownOf(turned, specs);
  model.select([...new Set(groups.map((id) => standIn(shown, id)))]);
}

/** Switch the selected nodes off, or on again. */
export function toggle(model: Model, ids: readonly string[] = model.state.selection): void {
  const { graph, specs } = model.state;
  const nodes = meant(graph, specs, ids, model.heights);
  if (nodes.length === 0) return model.say("Select a node that runs, to switch it off.");
  model.change(switched(graph, new Set(nodes.map((node) => node.id))));
}

/** Put a note below what is selected, or into the middle, and write on it. */
export function note(model: Model, centre: Point): void {
  const { graph, specs, selection, palette, readonly } = model.state;
  const spec = palette.find((one) => drawnAs(one) === "note");
  if (!spec || readonly) return;
  const beside = nodeOf(graph, selection.length === 1 ? selection[0]! : null);
  const box = beside && boxOf(beside, specs, model.heights);
  const wanted: Point = box ? [box.x, box.y + box.height + 20] : centre;
  const id = model.add(spec.key, freeSpot(shownOf(graph, specs).nodes, specs, spec, wanted, model.heights));
  model.reveal([id]);
  model.edit(id);
}

/** Write on a note, or name a group, where it lies. Says whether it is one. */
export function write(model: Model, id: string | null): boolean {
  const { graph, specs } = model.state;
  const node = nodeOf(graph, id);
  if (!drawnAs(specOf(node, specs))) return false;
  model.edit(id);
  return true;
}
