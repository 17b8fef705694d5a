/** What is wrong with the pipeline, each with where it is and, where possible, a one-click fix. */
import { SEVERITY } from "../appearance";
import { useEditor, usePart } from "../context";
import { nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import type { Problem } from "../protocol";
import { titleOf } from "../model/rules";
import { goTo, listed, ranked } from "./stepping";

export function ProblemItem({ problem, showNode }: { problem: Problem; showNode: boolean }) {
  const { model } = useEditor();
  const where = usePart((state) => {
    const node = nodeOf(state.graph, problem.node);
    return node ? titleOf(node, state.specs) : null;
  });
  const readonly = usePart((state) => state.readonly);
  const look = SEVERITY[problem.severity];
  const go = (): void => goTo(model, problem);
  return (
    <li className={`cb-problem cb-tone-${look.tone}`} data-testid={`problem-${problem.id}`}>
      <Icon name={look.icon} />
      <div className="cb-problem-body">
        {showNode && where ? (
          <button type="button" className="cb-problem-where cb-clip" onClick={go}>{where}</button>
        ) : null}
        <p className="cb-problem-text"><span className="cb-hidden">{look.word}: </span>{where ? withoutName(problem.message, where) : problem.message}</p>
        {problem.hint && problem.hint !== `${problem.fix?.label}.` && <p className="cb-hint">{problem.hint}</p>}
        {problem.fix && !readonly && (
          <button type="button" className="cb-button cb-button-small" data-testid={`fix-${problem.id}`}
            onClick={() => problem.fix && model.wish({ type: "fix", problem: problem.id, fix: problem.fix.id })}>
            <Icon name="auto_fix_high" />{problem.fix.label}
          </button>
        )}
      </div>
    </li>
  );
}

export function Problems() {
  const found = usePart((state) => state.problems);
  const nodes = usePart((state) => state.graph.nodes.length);
  const problems = listed(found);
  const sorted = ranked(problems);
  return (
    <div className="cb-pane">
      <h2 className="cb-pane-title">Problems {problems.length > 0 && <span className="cb-count">{problems.length}</span>}</h2>
      {problems.length === 0 ? (
        <div className="cb-clear">
          <Icon name={nodes === 0 ? "draw" : "check_circle"} />
          <p>{nodes === 0 ? "Nothing is drawn yet. What needs attention will be listed here." : "No problems found. Select a node to see and change its settings."}</p>
        </div>
      ) : (
        <>
          <FixAll problems={problems} />
          <ul className="cb-problems">
            {sorted.map((problem) => <ProblemItem key={problem.id} problem={problem} showNode />)}
          </ul>
        </>
      )}
    </div>
  );
}

/** The name of the node stands above. */
export function withoutName(message: string, name: string): string {
  if (!message.startsWith(`${name}: `)) return message;
  const rest = message.slice(name.length + 2);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** One click for every fix that loses nothing; the others are left to the person. */
function FixAll({ problems }: { problems: Problem[] }) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  const safe = problems.filter((problem) => problem.fix?.safe).length;
  if (readonly || safe < 2) return null;
  return (
    <button type="button" className="cb-button cb-fix-all" data-testid="fix-all" onClick={() => model.wish({ type: "fix_all" })}>
      <Icon name="auto_fix_high" />{safe === problems.length ? `Fix all ${safe}` : `Fix ${safe} of ${problems.length}`}
    </button>
  );
}
