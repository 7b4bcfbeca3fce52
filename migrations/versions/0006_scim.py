"""SCIM: what identity providers said of people, their groups, and the provider that a token is for

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import rse.core.model


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('scim_group',
    sa.Column('provider', sa.String(length=80), nullable=False),
    sa.Column('public_id', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('name', sa.String(length=400), nullable=False),
    sa.Column('display_name', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=False),
    sa.Column('target_kind', sa.String(length=10), nullable=False),
    sa.Column('target_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', rse.core.model.UTCDateTime(timezone=True), nullable=False),
    sa.Column('modified_at', rse.core.model.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scim_group')),
    sa.UniqueConstraint('provider', 'external_id', name=op.f('uq_scim_group_provider_external_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_scim_group_public_id'))
    )
    with op.batch_alter_table('scim_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scim_group_display_name'), ['display_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_group_provider'), ['provider'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_group_target_id'), ['target_id'], unique=False)

    op.create_table('scim_document',
    sa.Column('person_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_scim_document_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_scim_document'))
    )
    op.create_table('scim_email',
    sa.Column('person_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('type', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('display', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('primary', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_scim_email_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'position', name=op.f('pk_scim_email'))
    )
    with op.batch_alter_table('scim_email', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scim_email_value'), ['value'], unique=False)

    op.create_table('scim_member',
    sa.Column('group_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('gave', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['scim_group.id'], name=op.f('fk_scim_member_group_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_scim_member_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'person_id', name=op.f('pk_scim_member'))
    )
    with op.batch_alter_table('scim_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scim_member_person_id'), ['person_id'], unique=False)

    op.create_table('scim_user',
    sa.Column('person_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('provider', sa.String(length=80), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('shut_out', sa.Boolean(), nullable=False),
    sa.Column('public_id', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('user_name', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=False),
    sa.Column('display_name', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('given_name', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('family_name', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('formatted', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('title', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('email', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('department', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('employee_number', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('manager', sa.Text(collation='C').with_variant(sa.Text(), 'sqlite'), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=True),
    sa.Column('created_at', rse.core.model.UTCDateTime(timezone=True), nullable=False),
    sa.Column('modified_at', rse.core.model.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_scim_user_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_scim_user')),
    sa.UniqueConstraint('provider', 'external_id', name=op.f('uq_scim_user_provider_external_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_scim_user_public_id')),
    sa.UniqueConstraint('user_name', name=op.f('uq_scim_user_user_name'))
    )
    with op.batch_alter_table('scim_user', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scim_user_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_department'), ['department'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_display_name'), ['display_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_employee_number'), ['employee_number'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_family_name'), ['family_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_given_name'), ['given_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_manager'), ['manager'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_user_modified_at'), ['modified_at'], unique=False)
        batch_op.create_index('ix_scim_user_page', ['person_id', 'provider', 'listed', 'version'], unique=False)

    op.create_table('scim_write',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('provider', sa.String(length=80), nullable=False),
    sa.Column('at', rse.core.model.UTCDateTime(timezone=True), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('failed', sa.Boolean(), nullable=False),
    sa.Column('detail', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_scim_write_person_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scim_write'))
    )
    with op.batch_alter_table('scim_write', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scim_write_at'), ['at'], unique=False)
        batch_op.create_index('ix_scim_write_failed', ['failed', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scim_write_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.add_column(sa.Column('provider', sa.String(length=80), nullable=True))
        batch_op.create_index(batch_op.f('ix_api_token_provider'), ['provider'], unique=False)



def downgrade():
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_provider"))
        batch_op.drop_column("provider")
    for table in ("scim_write", "scim_member", "scim_user", "scim_email", "scim_document", "scim_group"):
        op.drop_table(table)
