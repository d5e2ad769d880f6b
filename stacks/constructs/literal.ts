// Text of a plan → text of a Terraform file that means just that.

/** What a user wrote is never an expression: `${` and `%{` lose their meaning to Terraform. */
export function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

export function literals(texts: readonly string[]): string[] {
  return texts.map(literal);
}

export function literalValues(map: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, literal(value)]));
}

/** In the form that the provider has for labels. */
export function labelBlocks(labels: Record<string, string>): { label: string; value: string }[] {
  return Object.entries(labels).map(([label, value]) => ({ label, value: literal(value) }));
}

/** A node's name as a Terraform identifier, which does not begin with a digit. No two names give the same one. */
export function identifier(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}
