import { specJsonSchema } from '../../spec/json-schema.ts';
import { type DefineCommand, intro } from '../command.ts';

export const define: DefineCommand = (command, session) =>
  command
    .addHelpText(
      'before',
      intro('Prints the JSON Schema of the spec, for editors.', [
        ['aegis-xc schema > federation.schema.json', 'then, as the first line of the spec:'],
        ['', '# yaml-language-server: $schema=./federation.schema.json'],
      ]),
    )
    .action(
      session.runs(() => {
        session.print(JSON.stringify(specJsonSchema(), undefined, 2));
        return 0;
      }),
    );
