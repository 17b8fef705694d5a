/** What is wrong with the pipeline, each with where it is and, where possible, a one-click fix. */
import { SEVERITY } from "../appearance";
import { useEditor, usePart } from "../context";
import { nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import type { Problem } from "../protocol";
import { titleOf } from "../model/rules";

const ORDER: Problem["severity"][] = ["error", "warning", "info"];

export function ProblemItem({ problem, showNode }: { problem: Problem; showNode: boolean }) {
  const { model } = useEditor();
  const where = usePart((state) => {
    const node = nodeOf(state.graph, problem.node);
    return node ? titleOf(node, state.specs) : null;
  });
  const readonly = usePart((state) => state.readonly);
  const look = SEVERITY[problem.severity];
  const go = (): void => {
    if (!problem.node) return;
    model.select([problem.node]);
    model.reveal([problem.node]);
  };
  return (
    <li className={`cb-problem cb-tone-${look.tone}`} data-testid={`problem-${problem.id}`}>
      <Icon name={look.icon} />
      <div className="cb-problem-body">
        {showNode && where ? (
          <button type="button" className="cb-problem-where cb-clip" onClick={go}>{where}</button>
        ) : null}
        <p className="cb-problem-text"><span className="cb-hidden">{look.word}: </span>{problem.message}</p>
        {problem.hint && <p className="cb-hint">{problem.hint}</p>}
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
  const problems = usePart((state) => state.problems);
  const nodes = usePart((state) => state.graph.nodes.length);
  const sorted = [...problems].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return (
    <div className="cb-pane">
      <h2 className="cb-pane-title">Problems {problems.length > 0 && <span className="cb-count">{problems.length}</span>}</h2>
      {problems.length === 0 ? (
        <div className="cb-clear">
          <Icon name={nodes === 0 ? "draw" : "check_circle"} />
          <p>{nodes === 0 ? "Nothing is drawn yet. What needs attention will be listed here." : "No problems found. Select a node to see and change its settings."}</p>
        </div>
      ) : (
        <ul className="cb-problems">
          {sorted.map((problem) => <ProblemItem key={problem.id} problem={problem} showNode />)}
        </ul>
      )}
    </div>
  );
}
