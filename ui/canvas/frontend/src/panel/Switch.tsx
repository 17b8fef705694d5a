/** Switches a node off and on again, and says what that does. */
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { toggle } from "../model/acting";
import { partOf, switchWord } from "../model/switching";
import type { ComponentSpec, GraphNode } from "../protocol";

export function SwitchButton({ node, spec }: { node: GraphNode; spec: ComponentSpec | undefined }) {
  const { model } = useEditor();
  const word = switchWord(node, spec);
  return (
    <button type="button" className="cb-tool" data-testid="switch" aria-pressed={node.disabled === true} title={`${word} (D)`} aria-label={`${word}: this node`}
      onClick={() => toggle(model, [node.id])}>
      <Icon name={node.disabled ? "toggle_off" : "toggle_on"} />
    </button>
  );
}

export function SwitchNote({ node, spec }: { node: GraphNode; spec: ComponentSpec | undefined }) {
  const { model } = useEditor();
  const facts = usePart((state) => state.facts[node.id]);
  const readonly = usePart((state) => state.readonly);
  const part = partOf(node, spec, facts);
  if (!part) return null;
  return (
    <div className="cb-status cb-tone-quiet" role="status" data-testid="switched">
      <Icon name={part.icon} />
      <div>
        <strong>{part.word}</strong>
        <p className="cb-status-message">{part.about}</p>
        {node.disabled && !readonly && <button type="button" className="cb-button cb-button-small" onClick={() => toggle(model, [node.id])}>Switch on</button>}
      </div>
    </div>
  );
}
