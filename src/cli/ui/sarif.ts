import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Code, codes } from '../../codes.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import { version } from '../version.ts';
import { objectText } from './diagnostics.ts';

/** Findings for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarif(diagnostics: readonly Diagnostic[]): object {
  const found = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'aegis-xc', semanticVersion: version, rules: found.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, found)),
      },
    ],
  };
}

const ruleOf = (code: Code) => ({
  id: code,
  shortDescription: { text: codes[code] },
  help: { text: `\`aegis-xc explain ${code}\` says what is behind it and what to do.` },
});

function resultOf({ code, severity, message, hint, position, object }: Diagnostic, found: readonly Code[]) {
  const text = hint === undefined ? message : `${message}\n${hint}`;
  const physicalLocation = position && {
    artifactLocation: { uri: uriOf(position.file) },
    region: {
      startLine: position.line,
      startColumn: position.column,
      endColumn: position.column + position.length,
      snippet: { text: position.text },
    },
  };
  const logicalLocations = object && [{ name: object.name, fullyQualifiedName: objectText(object), kind: 'resource' }];
  return {
    ruleId: code,
    ruleIndex: found.indexOf(code),
    level: levels[severity],
    message: { text },
    ...((physicalLocation ?? logicalLocations) && {
      locations: [{ ...(physicalLocation && { physicalLocation }), ...(logicalLocations && { logicalLocations }) }],
    }),
  };
}

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** Relative to where the program runs, which is the repository in a pipeline. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
