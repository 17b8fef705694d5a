/** What a node is, how it did, what is wrong with it, and everything about it that can be set. */
import { SERVING } from "../appearance";
import { problemsOf } from "../board/NodeCard";
import { drawnAs } from "../board/nodes/drawn";
import { usePart } from "../context";
import { fieldsOf } from "../fields/schema";
import { Prose } from "../Prose";
import type { ComponentSpec, Facts, GraphNode } from "../protocol";
import { BrokenNode } from "./BrokenNode";
import { Connections } from "./Connections";
import { Form } from "./Form";
import { Glimpse } from "./Glimpse";
import { GroupSection } from "./GroupSection";
import { OutcomeSection } from "./OutcomeSection";
import { ProblemItem } from "./Problems";
import { Progress } from "./Progress";
import { SwitchNote } from "./Switch";

interface Props {
  node: GraphNode;
  spec: ComponentSpec | undefined;
  facts: Facts | undefined;
  onPreview(): void;
}

export function SettingsTab({ node, spec, facts, onPreview }: Props) {
  const problems = usePart((state) => problemsOf(state.problems, node.id));
  const fieldNames = new Set(spec ? fieldsOf(spec.params).map((field) => field.name) : []);
  const general = problems.filter((problem) => !problem.field || !fieldNames.has(problem.field));
  return (
    <>
      <p className="cb-about"><Prose text={spec?.about ?? `This installation has no component called “${node.component}”.`} /></p>
      <SwitchNote node={node} spec={spec} />
      <Progress id={node.id} />
      <OutcomeSection id={node.id} />
      {general.length > 0 && (
        <ul className="cb-problems">{general.map((problem) => <ProblemItem key={problem.id} problem={problem} showNode={false} />)}</ul>
      )}
      {drawnAs(spec) === "frame" && <GroupSection node={node} />}
      {spec ? <Form node={node} spec={spec} facts={facts} /> : <BrokenNode node={node} />}
      <Glimpse node={node.id} onMore={onPreview} />
      {spec && <Connections id={node.id} spec={spec} />}
      <About facts={facts} spec={spec} id={node.id} />
    </>
  );
}

function About({ facts, spec, id }: { facts: Facts | undefined; spec: ComponentSpec | undefined; id: string }) {
  const serving = facts?.serving || spec?.serving;
  const rows = [
    ["In an endpoint", drawnAs(spec) ? "Not part of it" : serving && (SERVING[serving] ?? serving)],
    ["Fitted", facts?.fitted],
    ["Note", facts?.note],
    ["Name in files", id],
  ].filter((row): row is [string, string] => Boolean(row[1]));
  return (
    <dl className="cb-facts">
      {rows.map(([term, text]) => (
        <div key={term}><dt>{term}</dt><dd>{text}</dd></div>
      ))}
    </dl>
  );
}
