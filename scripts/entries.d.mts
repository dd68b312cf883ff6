/** `{ nabla: 'src/index.ts', 'nabla/data': 'src/data.ts', … }` */
export declare const entries: Readonly<Record<string, string>>
